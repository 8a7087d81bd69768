// The profiles that one may choose from. The contract has no list of them, but an unknown one is refused with the known ones named.
import { createRun } from "../../api.js";

const NO_PROFILE = "?";

export async function knownProfiles(signal) {
  try {
    await createRun({ profile: NO_PROFILE }, { signal });
  } catch (error) {
    const said = error.errors?.map((one) => one.message).join(" ") ?? "";
    return said.match(/known are ([\w, ]+)/)?.[1].split(", ") ?? [];
  }
  return [];
}
