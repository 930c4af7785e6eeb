"""A plan or a run as one HTML file for people who don't use a terminal (B8).

page        what is on a page, whatever it is of, and writing it as a stream
words       Salesforce's and our words, as the page's reader knows them
plan_page   a plan as a page
run_page    a run as a page
page.html, page.css, page.js    the page itself; styles and script are written into it, and nothing is loaded
"""
