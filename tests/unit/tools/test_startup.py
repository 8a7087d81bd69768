"""The tricks of packing change how fast a function starts, and nothing else."""

import compileall
import gzip
import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name

from tests.unit.template.declared import RESOURCES, ROOT
from tools.sam_artifact import SERVICES
from tools.startup import tricks

PACKAGES = Path(str(find_spec("botocore") and find_spec("botocore").origin)).parents[1]  # type: ignore[union-attr]
LAZY = [
    "aws_lambda_powertools",
    "aws_lambda_powertools.event_handler",
    "aws_lambda_powertools.utilities.data_classes",
    "anthropic.types.messages",
]
ALSO_ALLOWED_BY = {"GetObject": {"HeadObject"}, "ListBucket": set[str]()}
"""IAM's actions that allow operations of another name."""
NOT_OF_FUNCTIONS = {
    "dynamodb": {"DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"},
    "sqs": {"ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "ReceiveMessage"},
}
"""Granted to the event source, which calls for the function."""


def run(code: str, *path: Path) -> str:
    command = [sys.executable, "-c", code, *map(str, path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("package", LAZY)
def test_a_lazy_package_has_all_that_it_had(package: str, tmp_path: Path) -> None:
    text = (PACKAGES / package.replace(".", "/") / "__init__.py").read_text("utf-8")
    (tmp_path / "lazy.py").write_text(tricks.lazily(text))
    code = (
        "import sys, importlib; sys.path.insert(0, sys.argv[1])\n"
        f"eager = importlib.import_module({package!r})\n"
        "module = type(sys)('lazy')\n"
        "module.__dict__.update(__name__=eager.__name__, __package__=eager.__name__,"
        " __file__=eager.__file__)\n"
        "source = open(sys.argv[1] + '/lazy.py').read()\n"
        "sys.modules[eager.__name__] = module; exec(source, module.__dict__)\n"
        "names = getattr(eager, '__all__', None) or [n for n in vars(eager) if n[0].isupper()]\n"
        "assert names\n"
        "print([n for n in names if getattr(module, n) is not getattr(eager, n)])"
    )
    assert run(code, tmp_path).strip() == "[]"


def test_what_a_trick_does_not_recognise_it_refuses() -> None:
    for source in ("x = 1\n", "from .a import b\ndef __getattr__(name): ...\n"):
        with pytest.raises(tricks.UnknownSource):
            tricks.lazily(source)
    with pytest.raises(tricks.UnknownSource):
        tricks.undescribed("from typing import TypedDict\n")
    with pytest.raises(tricks.UnknownSource):
        tricks.kept({"operations": {}, "shapes": {}}, frozenset({"GetItem"}))


def test_schemas_are_made_as_before_without_their_descriptions() -> None:
    from pydantic_core import core_schema

    source = tricks.undescribed(Path(core_schema.__file__).read_text("utf-8"))
    made: dict[str, object] = {"__name__": "core_schema"}
    exec(compile(source, "core_schema", "exec", dont_inherit=True), made)
    names = [name for name in vars(core_schema) if name.endswith("_schema")]
    assert set(names) <= made.keys()
    assert made["str_schema"](max_length=3) == core_schema.str_schema(max_length=3)  # type: ignore[operator]


@pytest.mark.parametrize("service", sorted(tricks.OPERATIONS))
def test_what_is_called_is_described_as_botocore_describes_it(service: str) -> None:
    (path,) = sorted((PACKAGES / "botocore/data" / service).glob("*/service-2.json.gz"))[-1:]
    whole = json.loads(gzip.decompress(path.read_bytes()))
    cut = tricks.kept(whole, tricks.OPERATIONS[service])
    for name in tricks.OPERATIONS[service]:
        assert cut["operations"][name] == tricks._undocumented(whole["operations"][name])
    for name, shape in cut["shapes"].items():
        assert shape == tricks._undocumented(whole["shapes"][name])
        assert set(tricks._shapes(shape)) <= cut["shapes"].keys()
    assert cut.get("clientContextParams") == whole.get("clientContextParams")


def test_all_that_the_adapters_call_is_described() -> None:
    """By their own text: a call that is missing in the artifact fails there and nowhere else."""
    called = {
        name
        for path in (ROOT / "shared").rglob("*.py")
        for name in re.findall(r"_client\.([a-z_0-9]+)\(", path.read_text("utf-8"))
    } - {"generate_presigned_url"}
    described = {
        xform_name(name) for operations in tricks.OPERATIONS.values() for name in operations
    }
    assert called <= described
    assert described - called <= {"count_tokens", "get_secret_value"}  # called by other names


def test_all_that_functions_may_call_is_described() -> None:
    assert set(tricks.OPERATIONS) == SERVICES
    for resource in RESOURCES.values():
        document = resource.get("Properties", {}).get("PolicyDocument", {})
        if resource["Type"] != "AWS::IAM::ManagedPolicy":
            continue
        for statement in document["Statement"]:
            actions = statement["Action"]
            for action in [actions] if isinstance(actions, str) else actions:
                service, _, name = action.partition(":")
                if service not in tricks.OPERATIONS or name in NOT_OF_FUNCTIONS.get(service, ()):
                    continue
                wanted = ALSO_ALLOWED_BY.get(name, set()) | ({name} - ALSO_ALLOWED_BY.keys())
                assert wanted <= tricks.OPERATIONS[service], action


def test_what_was_compiled_while_packing_is_what_a_start_would_compile(tmp_path: Path) -> None:
    (tmp_path / "precompiled.py").write_text(
        (Path(tricks.__file__).with_name("precompiled.py")).read_text("utf-8")
    )
    (tmp_path / "part.py").write_text(
        "import re\nfrom dataclasses import dataclass, field\n"
        "@dataclass(frozen=True, order=True)\nclass Point:\n"
        "    x: int\n    y: list = field(default_factory=list)\n"
        "FOUND = re.compile(r'(?P<day>\\d+)-(a|b)', re.I).fullmatch('12-B')\n"
        "SHOWN = repr(Point(1)), Point(1) < Point(2), hash(Point(1, ())), FOUND.groupdict(),"
        " FOUND.groups(), FOUND.re.flags, FOUND.re.pattern\n"
    )
    start = "import sys; sys.path.insert(0, sys.argv[1]); import precompiled\n"
    show = "import part; print(part.SHOWN)"
    plain = run(start + show, tmp_path)
    run(start + "precompiled.record('part', lambda: __import__('part'))", tmp_path)
    assert run(start + "precompiled.install('part')\n" + show, tmp_path) == plain
    used = (
        "precompiled.install('part'); import dataclasses, re\n"
        "print(re._compiler.compile.__name__, dataclasses.exec.__name__)"
    )
    assert run(start + used, tmp_path).split() == ["known_pattern", "known_methods"]


def test_a_module_that_was_stored_is_the_one_in_the_tree(tmp_path: Path) -> None:
    (tmp_path / "precompiled.py").write_text(
        (Path(tricks.__file__).with_name("precompiled.py")).read_text("utf-8")
    )
    (tmp_path / "whole").mkdir()
    (tmp_path / "whole" / "__init__.py").write_text("PLACE = __file__, __path__, __package__\n")
    (tmp_path / "whole" / "part.py").write_text("from . import PLACE\ndef f(): return __name__\n")
    (tmp_path / "other.py").write_text("X = 1\n")
    start = "import sys; sys.path.insert(0, sys.argv[1]); import precompiled\n"
    show = (
        "import inspect, whole.part as p; from whole.part import f, PLACE\n"
        "print(PLACE, f(), p.__file__, p.__cached__, p.__spec__.origin, inspect.getsource(f))"
    )
    plain = run(start + show, tmp_path)
    assert compileall.compile_dir(tmp_path, quiet=1)
    start_names = "lambda: [__import__('whole.part'), __import__('other')]"
    run(start + f"precompiled.record('part', {start_names})", tmp_path)
    (tmp_path / "other.py").unlink()
    assert run(start + "precompiled.install('part')\n" + show, tmp_path) == plain
    used = "precompiled.install('part'); import other; print(other.X, type(other.__loader__))"
    assert run(start + used, tmp_path).strip() == "1 <class 'precompiled._Loader'>"


def test_what_another_python_stored_is_not_used(tmp_path: Path) -> None:
    text = Path(tricks.__file__).with_name("precompiled.py").read_text("utf-8")
    (tmp_path / "precompiled.py").write_text(text)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import precompiled, marshal, dataclasses\n"
        "open(sys.argv[1] + '/x.bin', 'wb').write(marshal.dumps((('other',), {}, {})))\n"
        "precompiled.install('x'); precompiled.install('missing')\n"
        "print(hasattr(dataclasses, 'exec'), [one for one in sys.meta_path if one.__module__ =="
        " 'precompiled'])"
    )
    assert run(code, tmp_path).strip() == "False []"


def test_handlers_of_services_that_are_called_stay() -> None:
    from botocore import handlers

    source = Path(handlers.__file__).read_text("utf-8")
    own: dict[str, Any] = {"__name__": "botocore.handlers"}
    exec(compile(tricks.with_own_handlers(source), "handlers", "exec"), own)
    whole: dict[str, Any] = {"__name__": "botocore.handlers"}  # moto adds to the imported one
    exec(compile(source, "handlers", "exec"), whole)
    kept = [one[0] for one in own["BUILTIN_HANDLERS"]]
    all_of_them = [one[0] for one in whole["BUILTIN_HANDLERS"]]
    assert kept == [
        event
        for event in all_of_them
        if not event.startswith("docs.")
        and ("." not in event or event.split(".")[1] in tricks.OPERATIONS)
    ]
    assert {"before-parse.s3.*", "before-call", "after-call.sqs.*"} < set(kept)
    assert len(kept) < len(all_of_them) / 2 + 10
    with pytest.raises(tricks.UnknownSource):
        tricks.with_own_handlers("BUILTIN_HANDLERS = []\n")
