
"use strict";
(function () {
  const form = document.getElementById("find");
  if (!form) return;
  const found = document.getElementById("found");
  const articles = Array.from(document.querySelectorAll("article"));
  const groups = Array.from(document.querySelectorAll(".group"));
  const sections = Array.from(document.querySelectorAll("section.records"));
  const texts = new Map();
  let waiting = 0;

  function text(article) {
    if (!texts.has(article)) texts.set(article, article.textContent.toLocaleLowerCase());
    return texts.get(article);
  }

  function chosen(name) {
    const field = form.elements.namedItem(name);
    return field ? field.value : "";
  }

  function narrow(element, filtering) {
    const shown = element.querySelectorAll("article:not([hidden])").length;
    const count = element.querySelector(".count");
    count.dataset.all = count.dataset.all || count.textContent;
    count.textContent = filtering ? shown.toLocaleString("en") + " of " + count.dataset.all : count.dataset.all;
    element.hidden = filtering && shown === 0;
  }

  function filter() {
    const words = chosen("text").toLocaleLowerCase().split(/\s+/).filter(Boolean);
    const wanted = ["action", "object", "rule"].map((name) => [name, chosen(name)]).filter((pair) => pair[1]);
    const filtering = words.length > 0 || wanted.length > 0;
    let shown = 0;
    for (const article of articles) {
      const fits =
        wanted.every((pair) => article.dataset[pair[0]] === pair[1]) &&
        words.every((word) => text(article).includes(word));
      article.hidden = !fits;
      if (fits) shown += 1;
    }
    for (const element of groups.concat(sections)) narrow(element, filtering);
    found.textContent = filtering
      ? shown.toLocaleString("en") + " of the " + articles.length.toLocaleString("en") + " records on this page" +
        (found.dataset.more || "")
      : "";
  }

  function soon() {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(filter, 120);
  }

  form.addEventListener("input", soon);
  form.addEventListener("reset", soon);
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) {
      event.preventDefault();
      form.elements.namedItem("text").focus();
    }
  });
  form.hidden = false;
  filter();
})();
