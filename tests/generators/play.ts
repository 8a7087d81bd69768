// The scenario, played with the client that @hey-api/openapi-ts made: create, wait, read, page, cancel.
import { client } from "./made/hey/client.gen";
import { cancelRun, createPatientRun, getRun, listRuns } from "./made/hey/sdk.gen";

declare const process: { argv: string[] };

const [url, token, patientId, tag] = process.argv.slice(2);
client.setConfig({ baseUrl: url, headers: { authorization: `Bearer ${token}` }, throwOnError: true });

const body = { input_config: { question: "What first?" }, tags: [tag] };
const path = { patientId };
const made = await createPatientRun({ path, body, headers: { "Idempotency-Key": `${tag}-1` }, throwOnError: true });
const runId = made.data.data.run.id;
const again = await createPatientRun({ path, body, headers: { "Idempotency-Key": `${tag}-1` }, throwOnError: true });
if (again.data.data.run.id !== runId) throw new Error("the same key made another run");

let status: string = made.data.data.run.status;
for (let tries = 0; tries < 10 && status !== "succeeded"; tries += 1) {
  const read = await getRun({ path: { runId }, headers: { Prefer: "wait=20" }, throwOnError: true });
  status = read.data.data.run.status;
}
if (status !== "succeeded") throw new Error(`the run is ${status}`);

await createPatientRun({ path, body: { ...body, dispatch: "manual" }, throwOnError: true });
const found: string[] = [];
let cursor: string | undefined;
do {
  const page = await listRuns({ query: { tag, limit: 1, cursor }, throwOnError: true });
  found.push(...page.data.data.runs.map((run) => run.id));
  cursor = page.data.data.next_cursor ?? undefined;
} while (cursor !== undefined);
if (found.length !== 2) throw new Error(`${found.length} runs in the list`);

const cancelled = await cancelRun({ path: { runId: found[0] }, throwOnError: true });
if (cancelled.data.data.run.status !== "cancelled") throw new Error("not cancelled");

const refused = await cancelRun({ path: { runId }, throwOnError: false });
const error = refused.error;
if (error === undefined || !("error" in error) || error.error.code !== "CONFLICT") throw new Error("no CONFLICT");
console.log("played");
