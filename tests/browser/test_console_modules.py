"""The console's pure parts, asked in the browser that they run in: what a history says about time,
who is offered what, numbers.

Long because each case is a script in JavaScript and what it answers.
"""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import opening

pytestmark = pytest.mark.browser

STATUSES = ("queued", "running", "waiting", "succeeded", "failed", "cancelled")
MINE, OTHERS = "me", "somebody"


@pytest.fixture(scope="module")
def page(browser: Browser, url: str) -> Iterator[Page]:
    with opening(browser, url) as opens:
        yield opens().page


def event(
    seq: int,
    at: int,
    to: str,
    step: str | None = None,
    code: str | None = None,
    actor: str = "worker",
) -> dict[str, Any]:
    return {
        "seq": seq,
        "at": f"2026-01-01T00:00:{at:02}.000Z",
        "to": to,
        "from": None,
        "step": step,
        "code": code,
        "attempt": 1,
        "actor": actor,
    }


def segments(page: Page, run: dict[str, Any], events: list[dict[str, Any]], now: str) -> list[Any]:
    script = """async ([run, events, now]) => {
      const { segmentsOf, placed } = await import('/console/views/run/segments.js');
      const found = placed(segmentsOf(run, events, Date.parse(now)));
      return found.map((one) => [one.kind, one.step, one.outcome, one.end - one.start, one.width]);
    }"""
    return list(page.evaluate(script, [run, events, now]))


def test_a_retried_run_as_work_and_waits(page: Page) -> None:
    run = {
        "status": "running",
        "attempt": 2,
        "current_step": "two",
        "steps": [{"name": "one"}, {"name": "two"}],
    }
    history = [
        event(1, 0, "queued"),
        event(2, 2, "running"),
        event(3, 4, "running", "one"),
        event(4, 5, "queued", "two", "LLM_ERROR"),
        event(5, 45, "running"),
    ]
    found = segments(page, run, history, "2026-01-01T00:00:50.000Z")
    assert [one[:4] for one in found] == [
        ["queue", "one", "done", 2000],
        ["work", "one", "done", 2000],
        ["work", "two", "failed", 1000],
        ["backoff", "two", "done", 40000],
        ["work", "two", "active", 5000],
    ]
    widths = [one[4] for one in found]
    assert sum(widths) == pytest.approx(100)
    assert widths[3] < widths[4], "a long wait is drawn shorter than the work beside it"


def test_a_gate_is_a_persons_wait_and_what_interrupts_a_wait_does_not_cut_it(page: Page) -> None:
    run = {"status": "waiting", "attempt": 1, "steps": [{"name": "one"}, {"name": "two"}]}
    history = [
        event(1, 0, "queued"),
        event(2, 3, "queued", None, "ARTIFACT_ATTACHED", MINE),
        event(3, 5, "running"),
        event(4, 6, "waiting", "one"),
    ]
    found = segments(page, run, history, "2026-01-01T00:00:10.000Z")
    assert [one[:4] for one in found] == [
        ["queue", "one", "done", 5000],
        ["work", "one", "done", 1000],
        ["gate", "two", "active", 4000],
    ]


def offered(
    page: Page,
    user: dict[str, Any],
    run: dict[str, Any],
    events: list[dict[str, Any]] | None = None,
) -> set[str]:
    script = """async ([user, run, events]) => {
      const { actionsFor } = await import('/console/permissions.js');
      const actions = Object.entries(actionsFor(user, run, { events }));
      return actions.filter(([, may]) => may).map(([name]) => name);
    }"""
    return set(page.evaluate(script, [user, run, events or []]))


def a_run(workflow: str, status: str, creator: str = MINE) -> dict[str, Any]:
    return {"workflow": workflow, "status": status, "created_by": creator, "attempt": 0}


@pytest.mark.parametrize("workflow", ["diagnosis", "orchestration", "analysis"])
def test_no_button_in_a_state_that_refuses_it(page: Page, workflow: str) -> None:
    """The contract's states, for the role that may do most."""
    by_status = {
        status: offered(page, {"sub": MINE, "roles": ["admin"]}, a_run(workflow, status))
        - {"clone"}
        for status in STATUSES
    }
    diagnosis, orchestration = workflow == "diagnosis", workflow == "orchestration"
    assert by_status == {
        "queued": {"cancel", "execute", "take", "attach"} if diagnosis else {"cancel"},
        "running": {"cancel"},
        "waiting": {"cancel", "next"} if orchestration else {"cancel"},
        "succeeded": set(),
        "failed": {"retry"},
        "cancelled": set(),
    }


def test_who_is_offered_what(page: Page) -> None:
    def some(role: str, run: dict[str, Any]) -> set[str]:
        return offered(page, {"sub": MINE, "roles": [role]}, run)

    for workflow, status in itertools.product(("diagnosis", "orchestration", "analysis"), STATUSES):
        assert some("patient", a_run(workflow, status)) == set()
        assert some("system", a_run(workflow, status)) == (
            {"process"} if (workflow, status) == ("diagnosis", "queued") else set()
        )
        assert some("member", a_run(workflow, status, OTHERS)) - {"clone"} == set()
    assert some("clinician", a_run("diagnosis", "queued", OTHERS)) == {
        "execute",
        "cancel",
        "attach",
        "clone",
    }
    assert some("member", a_run("orchestration", "waiting")) == {"next", "cancel", "clone"}


def test_only_who_holds_a_run_finishes_it_by_hand(page: Page) -> None:
    me = {"sub": MINE, "roles": ["clinician"]}
    taken = [event(1, 0, "queued", actor=MINE), event(2, 1, "running", actor=MINE)]
    by_worker = [event(1, 0, "queued", actor=MINE), event(2, 1, "running")]
    assert "finish" in offered(page, me, a_run("diagnosis", "running"), taken)
    assert "finish" not in offered(page, me, a_run("diagnosis", "running"), by_worker)


def test_numbers_as_people_read_them(page: Page) -> None:
    script = """async () => {
      const { ago, bytes, duration, money, words } = await import('/console/format.js');
      const now = Date.parse('2026-06-15T12:00:00Z');
      return [
        [0.0421, 8.44, 59, 200, 7500, 100000, null].map(duration),
        [0, 0.00042, 0.0153, 1.2345, 310.4, null].map(money),
        [999, 2500, 4200000].map(bytes),
        [
          '2026-06-15T11:59:40Z', '2026-06-15T11:00:00Z',
          '2026-06-14T11:00:00Z', '2026-07-15T12:00:00Z',
        ].map((at) => ago(at, now)),
        ['build_context', 'qa_engineer'].map(words),
      ];
    }"""
    assert page.evaluate(script) == [
        ["42 ms", "8.4 s", "59 s", "3 min 20 s", "2 h 5 min", "1 d 3 h", "–"],
        ["$0", "$0.0004", "$0.0153", "$1.23", "$310", "–"],
        ["999 B", "2.5 kB", "4.2 MB"],
        ["just now", "1 hour ago", "1 day ago", "in 30 days"],
        ["Build context", "QA engineer"],
    ]


def test_numbers_at_the_edges_of_their_units(page: Page) -> None:
    script = """async () => {
      const { ago, duration, fullTime, money, percent, shortTime } =
        await import('/console/format.js');
      const now = Date.parse('2026-06-15T12:00:00Z');
      return [
        [0.9996, 9.96, 59.7, 3599.8, 86399.9].map(duration),
        [0.0000004, 0.00006, 0.99996, 99.999, 12345.6].map(money),
        [
          '2026-06-14T18:00:00Z', '2026-06-15T11:15:00Z',
          '2026-06-15T11:00:20Z', '2026-07-15T11:59:00Z',
        ].map((at) => ago(at, now)),
        ['2026-01-02T12:30:00', '2025-01-02T12:30:00'].map((at) => shortTime(at, now)),
        fullTime('2026-01-02T12:30:05Z').split(' ').length,
        percent(0.8),
      ];
    }"""
    assert page.evaluate(script) == [
        ["1.0 s", "10 s", "1 min", "1 h", "1 d"],
        ["<$0.0001", "$0.0001", "$1.00", "$100", "$12,346"],
        ["18 hours ago", "45 minutes ago", "59 minutes ago", "in 30 days"],
        ["Jan 2, 12:30", "Jan 2, 2025, 12:30"],
        len(["Jan", "2,", "2026,", "12:30:05", "UTC"]),
        "80%",
    ]


def test_a_run_has_one_duration_from_its_first_start_to_its_end(page: Page) -> None:
    script = """async (run) => {
      const { elapsed } = await import('/console/views/run/segments.js');
      return elapsed(run, Date.parse('2026-01-01T00:01:00.000Z'));
    }"""
    begun = {"first_started_at": "2026-01-01T00:00:05.000Z", "duration_seconds": None}
    ended = begun | {"duration_seconds": 37.5}
    assert page.evaluate(script, a_run("diagnosis", "running") | begun) == 55
    assert page.evaluate(script, a_run("diagnosis", "queued") | begun) == 55
    assert page.evaluate(script, a_run("diagnosis", "failed") | ended) == 37.5
    never = {"first_started_at": None, "duration_seconds": None}
    assert page.evaluate(script, a_run("diagnosis", "cancelled") | never) is None


def test_a_worker_that_died_worked_on_nothing_and_a_retry_ends_the_time_between(
    page: Page,
) -> None:
    run = {"status": "running", "attempt": 2, "steps": [{"name": "one"}, {"name": "two"}]}
    history = [
        event(1, 0, "queued"),
        event(2, 1, "running"),
        event(3, 3, "running", "one"),
        event(4, 20, "queued", "two", "LEASE_LOST"),
        event(5, 21, "running"),
        event(6, 22, "failed", "two", "LLM_ERROR"),
        event(7, 40, "queued", None, "RETRY", MINE),
        event(8, 41, "running"),
    ]
    found = segments(page, run, history, "2026-01-01T00:00:45.000Z")
    assert [(one[0], one[1], one[3]) for one in found] == [
        ("queue", "one", 1000),
        ("work", "one", 2000),
        ("lost", "two", 17000),
        ("backoff", "two", 1000),
        ("work", "two", 1000),
        ("ended", "two", 18000),
        ("queue", "two", 1000),
        ("work", "two", 4000),
    ]


def test_a_wait_for_a_person_or_for_quiet_is_no_wait_to_be_taken_up(page: Page) -> None:
    steps = [{"name": "one"}, {"name": "two"}]
    asked = event(2, 30, "queued", None, "EXECUTE_ASKED", MINE) | {"from": "queued"}
    by_hand = {"status": "queued", "attempt": 0, "dispatch": "manual", "steps": steps}
    found = segments(page, by_hand, [event(1, 0, "queued"), asked], "2026-01-01T00:00:31.000Z")
    assert [(one[0], one[3]) for one in found] == [("manual", 30000), ("queue", 1000)]
    erasure = {"status": "queued", "attempt": 1, "workflow": "erasure", "steps": steps}
    history = [
        event(1, 0, "queued"),
        event(2, 1, "running"),
        event(3, 2, "queued", None, "CONTINUATION"),
    ]
    found = segments(page, erasure, history, "2026-01-01T00:00:32.000Z")
    assert [one[:2] for one in found] == [["queue", "one"], ["work", "one"], ["quiet", "one"]]


def test_a_step_that_was_held_back_is_the_one_that_waits_and_goes_on(page: Page) -> None:
    run = {"status": "running", "attempt": 1, "steps": [{"name": "one"}, {"name": "two"}]}
    history = [
        event(1, 0, "queued"),
        event(2, 1, "running"),
        event(3, 3, "queued", "one", "BUDGET"),
        event(4, 33, "running"),
    ]
    found = segments(page, run, history, "2026-01-01T00:00:35.000Z")
    assert [(one[0], one[1], one[3]) for one in found] == [
        ("queue", "one", 1000),
        ("work", "one", 2000),
        ("held", "one", 30000),
        ("work", "one", 2000),
    ]


def test_a_bulk_asks_for_nothing_that_its_action_cannot_be_done_to(page: Page) -> None:
    script = """async ([query, action]) => {
      const { filterOf } = await import('/console/views/runs/bulk.js');
      return filterOf(query, action, 0)?.status ?? null;
    }"""
    assert page.evaluate(script, [{}, "retry"]) == ["failed"]
    assert page.evaluate(script, [{"status": "failed,queued"}, "retry"]) == ["failed"]
    assert page.evaluate(script, [{"status": "failed,queued"}, "cancel"]) == ["queued"]
    assert page.evaluate(script, [{"status": "failed"}, "cancel"]) is None
    assert page.evaluate(script, [{"code": "LLM_ERROR"}, "cancel"]) is None


def test_a_run_is_found_by_what_the_lists_show_of_its_id(page: Page) -> None:
    script = """async (q) => {
      const { fits } = await import('/console/views/runs/finding.js');
      const run = { id: '01a22e4c-c5a5-7a3c-a408-5594af90b5a9' };
      return fits(run, { q }, {}, () => 'Name', () => '');
    }"""
    found = ["01a22e4c-c5a5", "b5a9", "01a22e4c…b5a9", "01A22E4C…B5A9"]
    missed = ["01a22e4c…b5a8", "a408", "02a22e4c…b5a9"]
    assert [text for text in found + missed if page.evaluate(script, text)] == found


def test_a_copied_command_asks_this_service(page: Page) -> None:
    script = (
        "async () => (await import('/console/views/run/copy.js')).asCommand('ID', 'http://h:1')"
    )
    assert page.evaluate(script) == "runs --url 'http://h:1' show ID"


def test_a_clone_keeps_the_name_under_which_the_question_was_asked(page: Page) -> None:
    script = """async ([before, values]) => {
      const { overridesOf } = await import('/console/views/create/clone.js');
      return overridesOf(before, values).input_config;
    }"""
    before = {"focus": "Why?", "asked": "question", "config": "", "version": "", "budget": ""}
    assert page.evaluate(script, [before, before | {"focus": "How?"}]) == {"question": "How?"}
    assert page.evaluate(script, [before, before | {"config": '{"a": 1}'}]) == {
        "question": "Why?",
        "a": 1,
    }


def test_a_bulk_is_as_far_as_what_was_counted_says_and_not_as_what_it_has_found(page: Page) -> None:
    script = """async ([status, matched, done, counted]) => {
      const { progressOf } = await import('/console/views/runs/bulk.js');
      const counts = { matched, done, skipped: 0, failed: 0 };
      const { seen, all } = progressOf({ status, counts }, counted);
      return [seen, all];
    }"""
    assert page.evaluate(script, ["running", 50, 50, 1000]) == [50, 1000]
    assert page.evaluate(script, ["running", 50, 50, None]) == [50, None]
    assert page.evaluate(script, ["succeeded", 990, 990, 1000]) == [990, 990]


def test_an_axis_has_room_for_each_of_its_labels(page: Page) -> None:
    script = """async () => {
      const { ticksOf } = await import('/console/views/run/segments.js');
      const piece = (start, end, left, width) => ({ start, end, left, width });
      return ticksOf([piece(0, 1000, 0, 50), piece(1000, 1100, 50, 5), piece(1100, 3000, 55, 45)]);
    }"""
    assert page.evaluate(script) == [
        {"left": 0, "seconds": 0},
        {"left": 50, "seconds": 1},
        {"left": 100, "seconds": 3},
    ]


def test_events_of_a_stream_are_read_and_its_end_is_none(page: Page) -> None:
    script = """async (text) => (await import('/console/live.js')).eventsIn(text)"""
    stream = (
        'retry: 1000\nid: 4\nevent: running\ndata: {"seq": 4}\n\n'
        'id: 5\nevent: succeeded\ndata: {"seq": 5}\n\nevent: end\ndata: {}\n\n'
    )
    assert page.evaluate(script, stream) == [{"seq": 4}, {"seq": 5}]
    assert page.evaluate(script, "retry: 1000\n: nothing new\n\n") == []
    assert page.evaluate(script, "") == []


def test_presets_are_spans_of_time_and_both_dates_are_included(page: Page) -> None:
    script = """async (query) => {
      const { apiQuery } = await import('/console/views/runs/finding.js');
      const now = new Date(2026, 5, 15, 12).getTime();
      const asked = apiQuery(query, now);
      const hours = (time) => time && (Date.parse(time) - now) / 3_600_000;
      return [hours(asked.created_after), hours(asked.created_before), asked.status];
    }"""
    assert page.evaluate(script, {"range": "hour", "status": "failed,queued"}) == [
        -1,
        "",
        ["failed", "queued"],
    ]
    assert page.evaluate(script, {"range": "today"}) == [-12, "", []]
    assert page.evaluate(script, {"range": "yesterday"}) == [-36, -12, []]
    dates = {"range": "dates", "from": "2026-06-14", "to": "2026-06-15"}
    assert page.evaluate(script, dates) == [-36, 12, []]


def test_a_page_that_is_sorted_here_is_looked_for_in_five_requests_at_most(page: Page) -> None:
    script = """async (hitsEach) => {
      const { loadPage } = await import('/console/views/runs/load.js');
      let asked = 0;
      const list = async ({ limit }) => {
        asked += 1;
        const runs = Array.from({ length: limit }, (_, place) => ({ id: place, created_at: 't' }));
        return { runs, next_cursor: 'more' };
      };
      const fits = (run) => run.id < hitsEach;
      const found = await loadPage({ list, wanted: {}, cursor: null, sorted: true, fits });
      return [asked, found.runs.length, found.looked];
    }"""
    assert page.evaluate(script, 0) == [5, 0, 500]
    assert page.evaluate(script, 10) == [3, 30, 300]
    assert page.evaluate(script, 100) == [1, 100, 100]


def test_what_was_left_out_is_said_in_words(page: Page) -> None:
    script = """async (pack) => (await import('/console/ui/pack.js')).leftOutOf(pack)"""
    pack = {
        "omitted": {"laboratory_results": 12, "allergies.reactions": 2, "duplicates": 1},
        "not_used": {"Claim": 4},
        "shortened": ["reports.text"],
    }
    assert page.evaluate(script, pack) == [
        ["No room", ["12 of laboratory results", "2 of allergies: reactions"]],
        ["Set apart", ["1 copies of what is there"]],
        ["Of kinds that are not read", ["Claim: 4"]],
        ["Shortened", ["Reports: text"]],
    ]
    assert page.evaluate(script, {"omitted": {}, "not_used": None, "shortened": []}) == []


def test_an_open_run_s_cost_is_among_what_was_spent(page: Page) -> None:
    script = """async (runs) => {
      const { daysOf, totalsOf } = await import('/console/views/metrics/numbers.js');
      const { cost, succeeded } = totalsOf(daysOf(runs, '2026-11-29', '2026-11-30'));
      return [cost, succeeded];
    }"""
    ended = {"status": "succeeded", "created_at": "2026-11-29T10:00:00.000Z",
             "completed_at": "2026-11-29T10:00:09.000Z", "usage": {"cost_usd": 1}}  # fmt: skip
    waits = {"status": "waiting", "created_at": "2026-11-29T10:00:00.000Z", "completed_at": None,
             "updated_at": "2026-11-30T10:00:00.000Z", "usage": {"cost_usd": 2}}  # fmt: skip
    assert page.evaluate(script, [ended, waits]) == [3, 1]


def test_worked_and_waited_in_words(page: Page) -> None:
    script = (
        """async (times) => (await import('/console/views/run/waterfall.js')).timesInWords(times)"""
    )
    waits = {"queue": 0.1, "backoff": 7.2, "gate": 0}
    assert page.evaluate(script, {"worked": 0.144, "waited": 7.3, **waits}) == (
        "Worked 144 ms, waited 7.3 s: 100 ms to be taken up, 7.2 s before the next try."
    )
    assert (
        page.evaluate(script, {"worked": 0, "waited": 30, "queue": 0, "backoff": 0, "gate": 30})
        == "Waited 30 s for a person."
    )
    assert page.evaluate(script, {"worked": 2, "waited": 0, "queue": 0, "gate": 0}) == (
        "Worked 2.0 s."
    )


def test_a_refusal_is_not_said_twice(page: Page) -> None:
    script = """async (error) => {
      const { refusalDetail, refusalText } = await import('/console/words.js');
      return [refusalText(error), refusalDetail(error)];
    }"""
    conflict = {
        "code": "CONFLICT",
        "status": 409,
        "message": "Run is not in 'waiting' status (current: running)",
    }
    assert page.evaluate(script, conflict)[1] == conflict["message"]
    for error in (
        {"code": "NOT_FOUND", "status": 404, "message": "There is no such resource."},
        {"code": "NO_ANSWER", "status": 0, "message": "The service could not be reached."},
        {"status": 500, "message": "Internal Server Error"},
        {
            "code": "VALIDATION_ERROR",
            "status": 422,
            "message": "The request does not match its schema.",
            "errors": [{"field": "x"}],
        },
    ):
        assert page.evaluate(script, error)[1] == ""
    limited = {
        "code": "RATE_LIMITED",
        "status": 429,
        "message": "Too many requests.",
        "details": {"retryAfter": "42"},
    }
    assert page.evaluate(script, limited) == ["Too many at once. Try again in 42 seconds.", ""]


def test_every_value_is_in_exactly_one_class_of_a_histogram(page: Page) -> None:
    script = """async (values) => {
      const { histogram } = await import('/console/views/metrics/numbers.js');
      return histogram(values, String).map((one) => [one.label, one.parts[0]]);
    }"""
    assert page.evaluate(script, [0.019, 0.02, 0.04, 0.3, 0]) == [
        ["0.01", 1],
        ["0.02", 2],
        ["0.05", 0],
        ["0.1", 0],
        ["0.2", 1],
    ]
    assert page.evaluate(script, [5]) == [["5", 1]]
    assert page.evaluate(script, []) == []
