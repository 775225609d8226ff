// Drives the client that @hey-api/openapi-ts generates against the sandbox. The compiler
// checks the types of the generated client, and this use of them.
//
//     node client.js SANDBOX_URL API_KEY

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

import { createClient, createConfig } from "./generated/client/index.js";
import {
  findContactEnrichment,
  getAccount,
  launchContactEnrichment,
  searchContacts,
} from "./generated/sdk.gen.js";
import type {
  ContactEnrichmentJob,
  ContactEnrichmentLaunch,
  ErrorEnvelope,
  Person,
} from "./generated/types.gen.js";

const MAX_READS = 100;
const READ_INTERVAL_MS = 100;
const JANE = { linkedin: "jane-doe-abc123" };
const SLOW = { custom_fields: { sandbox: "seconds=0.5" } };
const FAILING = { custom_fields: { sandbox: "state=FAILED" } };
const UNKNOWN_JOB = "00000000-0000-4000-8000-0000000000ff";

type Client = ReturnType<typeof createClient>;
type Answer = { error?: ErrorEnvelope; response: Response };

function connect(baseUrl: string, key: string): Client {
  return createClient(createConfig({ baseUrl, auth: key }));
}

/** Launches a job and reads it until it is done. Returns all states, and the job. */
async function enrich(client: Client, body: ContactEnrichmentLaunch) {
  const launched = await launchContactEnrichment({ client, body, throwOnError: true });
  const { job_id } = launched.data;
  assert.ok(job_id);
  const query = { job_id };
  const states: ContactEnrichmentJob["status"][] = [];
  for (let read = 0; read < MAX_READS; read += 1) {
    const { data: job } = await findContactEnrichment({ client, query, throwOnError: true });
    states.push(job.status);
    if (job.status !== "RUNNING") return { states, job };
    await sleep(READ_INTERVAL_MS);
  }
  throw new Error(`the job is still running after ${MAX_READS} reads`);
}

/** Requires this error, as the type that the description has for it. */
function rejected({ error, response }: Answer, status: number, category: string, code: string) {
  assert.deepEqual([response.status, error?.category, error?.code], [status, category, code]);
  assert.ok(error?.message);
}

async function checkJobs(client: Client): Promise<Person> {
  const { states, job } = await enrich(client, { ...JANE, ...SLOW });
  assert.equal(states[0], "RUNNING");
  assert.equal(job.status, "SUCCEEDED");
  const person = job.output?.person;
  assert.ok(person);
  const { first_name, last_name, linkedin_id, company_domain } = person;
  assert.deepEqual(
    [first_name, last_name, linkedin_id, company_domain],
    ["Jane", "Doe", "jane-doe-abc123", "acme.com"],
  );

  const failed = await enrich(client, { ...JANE, ...FAILING });
  assert.equal(failed.job.status, "FAILED");
  return person;
}

async function checkAccount(client: Client) {
  const { data: account } = await getAccount({ client, throwOnError: true });
  assert.ok((account.account_usage?.enrichment_contact_requests ?? 0) >= 2);
  assert.ok((account.balance_remaining_usd ?? 0) > 0);
}

async function checkSearch(client: Client, person: Person) {
  const body = { domain: "acme.com", page_size: 5 };
  const { data: job } = await searchContacts({ client, body, throwOnError: true });
  assert.equal(job.status, "SUCCEEDED");
  assert.ok(job.output?.persons?.some((one) => one.id === person.id));
}

async function checkErrors(client: Client, stranger: Client) {
  rejected(
    await launchContactEnrichment({ client: stranger, body: JANE }),
    403, "AUTH", "AUTH_BAD_API_KEY",
  );
  rejected(
    await launchContactEnrichment({ client, body: { domain: "acme.com" } }),
    400, "VALIDATION", "VALIDATION_BAD_REQUEST",
  );
  rejected(
    await findContactEnrichment({ client, query: { job_id: UNKNOWN_JOB } }),
    404, "NOT_FOUND", "NOT_FOUND_JOB_NOT_FOUND",
  );
}

// The fields of a launch have types: the compiler reports these two.
const launch: ContactEnrichmentLaunch = { linkedin: "jane-doe-abc123" };
// @ts-expect-error a number is not a profile
launch.linkedin = 7;
// @ts-expect-error there is no such field
launch.linked_in = "jane-doe-abc123";

const [url, key] = process.argv.slice(2);
assert.ok(url && key, "the arguments are SANDBOX_URL API_KEY");
const client = connect(url, key);
const person = await checkJobs(client);
await checkAccount(client);
await checkSearch(client, person);
await checkErrors(client, connect(url, "not-a-key"));
console.log("TypeScript client: launch, poll, account, search and errors pass");
