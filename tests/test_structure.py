"""Holds the code to the rules of its shape: sizes, docstrings, and things that only one place may do.

The import contracts and the linter cover what they can; the rules here are the ones that neither can state.
"""

import ast
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("queries", "records", "indexer", "service")
MIGRATIONS = ROOT / "records" / "migrations"
MAXIMUM_BODY_LINES = 50
MAXIMUM_FILE_LINES = 300
ENGINE_PRODUCTS = ("elasticsearch", "opensearch")
CLOCK_READS = {
    "time": {"time", "time_ns", "localtime", "gmtime"},
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
}
SET_UP_QUESTION = "is_server"

Function = ast.FunctionDef | ast.AsyncFunctionDef


def product_files() -> list[Path]:
    """Return the product's source files, sorted."""
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def all_files() -> list[Path]:
    """Return every source file that the repository holds, tests and benches included."""
    return product_files() + sorted(path for folder in ("tests", "bench") for path in (ROOT / folder).rglob("*.py"))


def written_files() -> list[Path]:
    """Return the product's source files without the migrations, whose length the schema decides."""
    return [path for path in product_files() if not path.is_relative_to(MIGRATIONS)]


@cache
def tree(path: Path) -> ast.Module:
    """Return the parsed source of a file."""
    return ast.parse(path.read_text(), str(path))


def nodes(path: Path) -> Iterator[ast.AST]:
    """Walk everything in a file."""
    return ast.walk(tree(path))


def place(path: Path, node: ast.AST | None = None) -> str:
    """Name a place in the repository the way editors open it."""
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


def public_definitions(body: list[ast.stmt]) -> Iterator[Function]:
    """Walk the public functions of a module and the public methods of its public classes."""
    for node in body:
        if isinstance(node, Function) and not node.name.startswith("_"):
            yield node
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public_definitions(node.body)


def body_lines(function: Function) -> int:
    """Count the lines of a function's body without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def reads_clock(node: ast.AST) -> bool:
    """Say whether this is `time.time`, `datetime.now` or one of their kin, or imports `time` from `time`."""
    if isinstance(node, ast.Attribute):
        owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
        return node.attr in CLOCK_READS.get(owner, ())
    if isinstance(node, ast.ImportFrom) and node.module == "time":
        return any(name.name in CLOCK_READS["time"] for name in node.names)
    return False


def imports(node: ast.AST, package: str) -> bool:
    """Say whether this statement imports `package` or something out of it."""
    if isinstance(node, ast.Import):
        names = [name.name for name in node.names]
    elif isinstance(node, ast.ImportFrom) and not node.level:
        names = [node.module or ""]
    else:
        return False
    return any(name == package or name.startswith(f"{package}.") for name in names)


def compares_with_product(node: ast.AST) -> bool:
    """Say whether this compares something with a search engine's name."""
    if not isinstance(node, ast.Compare):
        return False
    constants = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant))
    return any(str(constant).lower() in ENGINE_PRODUCTS for constant in constants)


def places_where(found: Callable[[ast.AST], bool], files: list[Path]) -> list[str]:
    """List the places in these files whose syntax node is one that `found` looks for."""
    return [place(path, node) for path in files for node in nodes(path) if found(node)]


def test_there_is_code_to_check() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in product_files()} == set(PACKAGES)


def test_every_module_says_why_it_exists() -> None:
    assert [place(path) for path in all_files() if not ast.get_docstring(tree(path))] == []


def test_every_public_function_has_a_docstring() -> None:
    bare = [
        f"{place(path, function)} {function.name}"
        for path in written_files()
        for function in public_definitions(tree(path).body)
        if not ast.get_docstring(function)
    ]
    assert bare == []


def test_no_function_is_longer_than_a_screen() -> None:
    functions = ((path, node) for path in written_files() for node in nodes(path) if isinstance(node, Function))
    long = [f"{place(*found)} {found[1].name}" for found in functions if body_lines(found[1]) > MAXIMUM_BODY_LINES]
    assert long == []


def test_no_file_is_too_long() -> None:
    long = [place(path) for path in written_files() if path.read_text().count("\n") > MAXIMUM_FILE_LINES]
    assert long == []


def test_only_the_jobs_module_imports_rq() -> None:
    allowed = ROOT / "indexer" / "jobs.py"
    others = [path for path in product_files() if path != allowed]
    assert places_where(lambda node: imports(node, "rq"), others) == []


def test_only_the_engine_package_imports_the_search_client() -> None:
    others = [path for path in product_files() if not path.is_relative_to(ROOT / "indexer" / "engines")]
    found = places_where(lambda node: imports(node, "elasticsearch") or imports(node, "elastic_transport"), others)
    assert found == []


def test_only_the_clock_module_reads_the_time_of_day() -> None:
    others = [path for path in product_files() if path != ROOT / "records" / "clock.py"]
    assert places_where(reads_clock, others) == []


def test_which_engine_product_answers_is_asked_only_inside_the_engine_package() -> None:
    others = [path for path in product_files() if not path.is_relative_to(ROOT / "indexer" / "engines")]
    assert places_where(compares_with_product, others) == []


def test_which_set_up_runs_is_asked_once() -> None:
    def asks(node: ast.AST) -> bool:
        return isinstance(node, ast.Attribute) and node.attr == SET_UP_QUESTION

    assert len(places_where(asks, product_files())) == 1


def test_nothing_is_left_to_do_later() -> None:
    marks = ("TO" + "DO", "FIX" + "ME", "XX" + "X")
    left = [f"{place(path)} {mark}" for path in all_files() for mark in marks if mark in path.read_text()]
    assert left == []
