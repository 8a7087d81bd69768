// A page of runs: asked of the service, and where it is empty or sorted here, looked for further, a bounded number of times.
const PAGE = 25;
const LOOK = 100;
/** Of pages that are sorted here, and of those that the service sorts: it looks through a thousand runs for each. */
const [MOST_LOOKS, MOST_EMPTY] = [5, 2];

/**
 * {runs, next, looked, back}: `list(query)` answers a page, `fits(run)` sorts. However many runs there are, at most five requests, and two
 * where the service sorts; `looked` runs were looked through, back to the time `back`. The list ends where it comes to what was created
 * before `oldest`.
 */
export async function loadPage({ list, wanted, cursor, sorted, fits, oldest = "" }) {
  const runs = [];
  let looked = 0;
  let next = cursor;
  let back = null;
  for (let look = 0; look < (sorted ? MOST_LOOKS : MOST_EMPTY); look += 1) {
    const page = await list({ ...wanted, limit: sorted || look > 0 ? LOOK : PAGE, cursor: next });
    looked += page.runs.length;
    back = page.runs.at(-1)?.created_at ?? back;
    runs.push(...page.runs.filter(fits));
    next = oldest && back && back < oldest ? null : page.next_cursor;
    if (!next || (sorted ? runs.length >= PAGE : runs.length > 0)) break;
  }
  return { runs, next, looked, back };
}
