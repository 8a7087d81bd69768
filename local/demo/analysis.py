"""The demo of a project: an input, an analysis asked for twice and run once, and what the
dashboard says of it.
"""

from studio_runs_client.errors import NoInputs

from local.demo.terminal import Terminal

INPUT = {
    "hypothesis": "Bakery managers will trust a nightly forecast enough to bake by it.",
    "audience": "Managers of small shops in chains of 20 to 100 bakeries",
    "evidence_notes": [
        "In 9 of 12 interviews managers bake by yesterday's sales and throw away about 14 percent.",
        "Two pilot shops followed a spreadsheet forecast for six weeks; waste fell from 14 to 9 "
        "percent.",
        "Four managers said they would not follow a number they cannot question.",
    ],
}


def play_analysis(terminal: Terminal) -> int:
    """The exit code of the run's outcome."""
    with terminal.client("member") as client:
        project = client.projects.create("Bakery forecast")
        terminal.note(f"project {project.id} {project.name}")
        try:
            client.projects.generate(project.id)
        except NoInputs as exc:
            terminal.note(f"without inputs: {exc}, on record as run {exc.details['run_id']}")
        version = client.projects.add_input(project.id, INPUT).version
        terminal.note(f"input version {version}")
        ended = terminal.type("member", "create", "analysis", project.id, "--watch")
        again = client.projects.generate(project.id)
        terminal.note(f"asked for again: the same run {again.id} {again.status}")
        row = client.projects.list().first()
        if row is not None and row.last_run is not None:
            counts = f"{row.inputs_count} inputs, {row.runs_count} runs"
            terminal.note(f"{row.name}: {counts}, last run {row.last_run.status}")
    return ended
