// What the record says, as people read it: conditions, medications and results, as the newest run read them from it.
import { html } from "../../preact.js";
import { getDiagnosisRun, listDiagnosisRuns, listPatientRuns } from "../../api.js";
import { useAsync } from "../../live.js";
import { care } from "../../permissions.js";
import { href } from "../../router.js";
import { user } from "../../session.js";
import { Card, Loading, Problem, Time } from "../../ui/basics.js";
import { PackFacts } from "../../ui/pack.js";
import { OldRecord } from "../../ui/patient-bar.js";

/** `present`: the version of the record that is there now. */
export function Facts({ patientId, present }) {
  const { data, error, reload } = useAsync((signal) => newestPack(patientId, signal), [patientId]);
  return html`<${Card} title="What the record says">
    <${Problem} error=${error} retry=${reload} />
    ${!data && !error && html`<${Loading} />`}
    ${data && !data.run && html`<p class="quiet">It can be read here once a run has read it.</p>`}
    ${data?.run
      && html`<p class="quiet small">Version ${data.run.record.version} of the record, as${" "}<a
        href=${href(`/runs/${data.run.id}`)}>the newest run</a> read it <${Time} at=${data.run.record.read_at} />.</p>
        <${OldRecord} read=${data.run.record.version} present=${present} what="No run has read that one yet." />
        <${PackFacts} pack=${data.pack} />`}
  </${Card}>`;
}

async function newestPack(patientId, signal) {
  const list = care.runDiagnosis(user())
    ? listPatientRuns(patientId, { limit: 20 }, { signal })
    : listDiagnosisRuns({ limit: 50 }, { signal });
  const run = (await list).runs.find((one) => one.subject?.id === patientId && one.record && !one.erased_at);
  if (!run) return { run: null };
  return { run, pack: (await getDiagnosisRun(run.id, { signal })).run.context_pack };
}
