// The form of an orchestration: a profile, an intake text, and whether to stop at gates.
import { html } from "../../preact.js";
import * as api from "../../api.js";
import { useAsync } from "../../live.js";
import { navigate } from "../../router.js";
import { Check, Form, listOf, needs, Select, Text, useDraft } from "../../ui/form.js";
import { toast } from "../../ui/toast.js";

export function OrchestrationForm() {
  const [values, setValues, sent] = useDraft("new orchestration", {
    profile: "analytics_forecast_app",
    intake: "",
    name: "",
    auto: false,
    budget: "",
    tags: "",
  });
  const set = (name) => (value) => setValues((before) => ({ ...before, [name]: value }));
  const send = async (key) => {
    needs({ intake: values.intake });
    const { data } = await api.createRun(orchestrationBody(values), { key });
    sent();
    toast(values.auto ? "The run was created and goes through all phases." : "The run was created and waits at its first gate.");
    navigate(`/runs/${data.run.id}`, { tab: "board" });
  };
  return html`<${Form} values=${values} send=${send} submit="Create the run">
    <${ProfileChoice} value=${values.profile} set=${set("profile")} />
    <${Text} label="Intake" names="intake" area=${7} value=${values.intake} set=${set("intake")}
      hint="What should be built, for whom, and what matters?" />
    <${Text} label="Name of the project" names="project_name" optional value=${values.name} set=${set("name")} />
    <${Check} label="Go through all phases without stopping"
      hint="Otherwise the run waits at a gate before each phase until somebody executes that phase." checked=${values.auto}
      set=${set("auto")} />
    <details class="more"><summary>More options</summary><div class="form-grid">
      <${Text} label="Budget in dollars" names="max_cost_usd" optional type="number" min="0" step="0.01" value=${values.budget}
        set=${set("budget")} />
      <${Text} label="Tags" names="tags" optional value=${values.tags} set=${set("tags")} hint="Separated by commas" />
    </div></details>
  </${Form}>`;
}

/** What the service knows as profiles, the present one among them in any case. */
export function ProfileChoice({ value, set }) {
  const { data } = useAsync((signal) => api.listProfiles({ signal }), []);
  const profiles = data?.profiles ?? [];
  const chosen = profiles.find((one) => one.name === value);
  const options = [...(chosen ? [] : [[value, value]]), ...profiles.map((one) => [one.name, one.title])];
  return html`<${Select} label="Profile" names="profile" value=${value} set=${set} options=${options}
    hint=${chosen?.description ?? "How its phases work, and what is checked in each"} />`;
}

export function orchestrationBody({ profile, intake, name, auto, budget, tags }) {
  return {
    profile: profile.trim(),
    ...(intake.trim() && { intake: intake.trim() }),
    ...(name.trim() && { project_name: name.trim() }),
    auto_advance: auto,
    ...(budget !== "" && { max_cost_usd: Number(budget) }),
    tags: listOf(tags),
  };
}
