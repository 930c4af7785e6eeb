// jsforce at work on a practice org. `node judge.mjs TASK` reads {url, access_token, ...} as JSON from standard input,
// does one task and prints what jsforce says of it as JSON. SFPUSH_JSFORCE names the folder jsforce is installed in.

import { createReadStream, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Readable } from "node:stream";

const jsforce = createRequire(join(process.env.SFPUSH_JSFORCE, "package.json"))("jsforce");
const org = JSON.parse(readFileSync(0, "utf8"));

const byToken = (more = {}) =>
  new jsforce.Connection({ instanceUrl: org.url, accessToken: org.access_token, ...more });
const byClient = () => {
  const { url, client_id: clientId, client_secret: clientSecret } = org;
  return new jsforce.Connection({ oauth2: { loginUrl: url, clientId, clientSecret, redirectUri: `${url}/callback` } });
};
const who = async (connection) => {
  const { user_id, organization_id, username } = await connection.identity();
  return { user_id, organization_id, username };
};
const refused = async (work) => {
  try {
    await work();
  } catch (error) {
    return { name: error.name, code: error.errorCode ?? null, message: error.message, data: error.data ?? null };
  }
  return null;
};
const ids = (records) => records.map((record) => record.Id);

const tasks = {
  async version() {
    return jsforce.VERSION;
  },

  async token() {
    return who(byToken());
  },

  async wrongToken() {
    return refused(() => byToken({ accessToken: "00D000000000001!no" }).query("SELECT Id FROM Organization"));
  },

  async soapLogin() {
    const connection = new jsforce.Connection({ loginUrl: org.url });
    const { id, organizationId } = await connection.login(org.username, org.password);
    return { id, organizationId, ...(await who(connection)) };
  },

  async soapLoginRefused() {
    const wrong = new jsforce.Connection({ loginUrl: org.url });
    const late = new jsforce.Connection({ loginUrl: org.url, version: "65.0" });
    return {
      wrong: await refused(() => wrong.login(org.username, "<no>")),
      late: await refused(() => late.login(org.username, org.password)),
    };
  },

  async oauthLogins() {
    const credentials = byClient();
    await credentials.authorize({ grant_type: "client_credentials" });
    const password = byClient();
    await password.authorize({ grant_type: "password", username: org.username, password: org.password });
    const jwt = byClient();
    await jwt.authorize({ grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion: org.assertion });
    return Promise.all([credentials, password, jwt].map(who));
  },

  async oauthLoginRefused() {
    const connection = byClient();
    return refused(() => connection.authorize({ grant_type: "password", username: org.username, password: "no" }));
  },

  async sessionRenewed() {
    const connection = new jsforce.Connection({
      instanceUrl: org.url,
      accessToken: "00D000000000001!ended",
      refreshFn: async (_connection, callback) => callback(null, org.access_token),
    });
    return (await connection.query("SELECT Id FROM Organization")).totalSize;
  },

  async oneRecord() {
    const contacts = byToken().sobject("Contact");
    const made = await contacts.create({ LastName: "Lee", Description: org.text });
    const read = await contacts.retrieve(made.id);
    const changed = await contacts.update({ Id: made.id, LastName: "Li", Description: null });
    const again = await contacts.retrieve(made.id);
    const removed = await contacts.destroy(made.id);
    return { made, read, changed, again, removed, gone: await refused(() => contacts.retrieve(made.id)) };
  },

  async refusals() {
    const contacts = byToken().sobject("Contact");
    return {
      missing: await refused(() => contacts.create({ FirstName: "Ann" })),
      email: await refused(() => contacts.create({ LastName: "Lee", Email: "no mail" })),
      soql: await refused(() => byToken().query("SELECT Nothing FROM Contact")),
      type: await refused(() => byToken().sobject("Nothing").create({ Name: "x" })),
    };
  },

  async duplicate() {
    const contacts = byToken().sobject("Contact");
    const first = await contacts.create({ LastName: "Lee", Email: "ann@acme.example" });
    const again = { LastName: "Li", Email: "ann@acme.example" };
    const error = await refused(() => contacts.create(again));
    const headers = { "Sforce-Duplicate-Rule-Header": "allowSave=true" };
    return { first: first.id, error, allowed: (await contacts.create(again, { headers })).success };
  },

  async pages() {
    const connection = byToken();
    const seen = [];
    const sizes = [];
    let page = await connection.query("SELECT Id FROM Contact");
    for (;;) {
      seen.push(...ids(page.records));
      sizes.push(page.records.length);
      if (page.done) break;
      page = await connection.queryMore(page.nextRecordsUrl);
    }
    const fetched = await connection.query("SELECT Id FROM Contact", { autoFetch: true, maxFetch: 10000 });
    return { total: page.totalSize, sizes, distinct: new Set(seen).size, fetched: fetched.records.length };
  },

  async found() {
    const connection = byToken();
    await connection.sobject("Account").create([{ Name: org.text }, { Name: "other" }]);
    const accounts = connection.sobject("Account");
    return {
      exact: (await accounts.find({ Name: org.text }, ["Name"])).map((each) => each.Name),
      alike: (await accounts.find({ Name: { $like: "oth%" } }, ["Name"])).map((each) => each.Name),
      counted: await accounts.count(),
    };
  },

  async collection() {
    const connection = byToken();
    const contacts = connection.sobject("Contact");
    const rows = [{ LastName: "Lee" }, { FirstName: "Ann" }, { LastName: "Li" }];
    const made = await contacts.create(rows, { allOrNone: false });
    const all = await contacts.create([{ LastName: "Lo" }, { FirstName: "Ann" }], { allOrNone: true });
    const kept = made.filter((each) => each.success).map((each) => each.id);
    const changed = await contacts.update(kept.map((Id) => ({ Id, Title: "CEO" })));
    const read = (await contacts.retrieve(kept)).map((each) => [each.LastName, each.Title]);
    const removed = await contacts.destroy(kept);
    return { made, all, changed, read, removed, left: await contacts.count() };
  },

  async manyRecords() {
    const leads = byToken().sobject("Lead");
    const rows = Array.from({ length: 450 }, (_, at) => ({ LastName: `L${at}`, Company: "Acme" }));
    const made = await leads.create(rows, { allowRecursive: true });
    return { made: made.filter((each) => each.success).length, kept: await leads.count() };
  },

  async upserted() {
    const leads = byToken().sobject("Lead");
    const row = { Apollo_Id__c: "a/1 b", LastName: "Lee", Company: "Acme" };
    const first = await leads.upsert(row, "Apollo_Id__c");
    const second = await leads.upsert({ ...row, Title: "CEO" }, "Apollo_Id__c");
    const several = await leads.upsert([{ ...row, Title: "CFO" }, { ...row, Apollo_Id__c: "a2" }], "Apollo_Id__c");
    return { first, second, several, titles: (await leads.find({}, ["Title"])).map((each) => each.Title) };
  },

  async described() {
    const connection = byToken();
    const { sobjects } = await connection.describeGlobal();
    const { fields } = await connection.sobject("Contact").describe();
    const { nillable, length, type } = fields.find((each) => each.name === "LastName");
    const { DailyApiRequests: calls } = await connection.limits();
    const usage = connection.limitInfo.apiUsage;
    return { names: sobjects.map((each) => each.name), lastName: { nillable, length, type }, calls, usage };
  },

  async bulkLoad() {
    const connection = byToken();
    connection.bulk2.pollInterval = 20;
    const results = await connection.bulk2.loadAndWaitForResults({
      object: "Contact",
      operation: "insert",
      input: Readable.from([org.csv]),
    });
    const again = await connection.bulk2.loadAndWaitForResults({
      object: "Contact",
      operation: "upsert",
      externalIdFieldName: "Apollo_Id__c",
      input: [
        { Apollo_Id__c: "a1", LastName: "", Title: "CFO" },
        { Apollo_Id__c: "a9", LastName: "New", Title: "CEO" },
        { Apollo_Id__c: "a8", LastName: "", Title: "x" },
      ],
    });
    return { results, again };
  },

  async loadFile() {
    const results = await byToken().bulk2.loadAndWaitForResults({
      object: "Lead",
      operation: "upsert",
      externalIdFieldName: "Apollo_Id__c",
      lineEnding: "CRLF",
      input: createReadStream(org.file),
    });
    return { loaded: results.successfulResults.length, refused: results.failedResults.length };
  },

  async bulkJobFailed() {
    const connection = byToken();
    const job = connection.bulk2.createJob({ object: "Contact", operation: "insert" });
    await job.open();
    await job.uploadData("LastName,Nothing__c\nLee,x\n");
    await job.close();
    const error = await refused(() => job.poll(20, 20000));
    const { state, errorMessage } = await job.check();
    return { error, state, errorMessage };
  },

  async bulkQuery() {
    const connection = byToken();
    await connection.sobject("Contact").create({ LastName: "Lee", Description: org.text });
    const polling = { pollInterval: 20, pollTimeout: 20000 };
    const stream = await connection.bulk2.query("SELECT Id, LastName, Description FROM Contact", polling);
    const rows = await stream.toArray();
    const texts = rows.map((row) => row.Description).filter(Boolean);
    return { rows: rows.length, distinct: new Set(ids(rows)).size, texts };
  },
};

console.log(JSON.stringify(await tasks[process.argv[2]]()));
