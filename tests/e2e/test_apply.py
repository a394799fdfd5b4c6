"""`apply` and `rollback`, as a user runs them, over real git."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from refactor_agent.emit.audit import AuditLog
from support.agent_process import AgentHome, make_repository
from support.files import contents, write_files
from support.made_run import Made, make_run

pytestmark = pytest.mark.slow

RUN = "20260131-142501-9f3a"
FILES = {
    "shop/__init__.py": "",
    "shop/stock.py": "import time\r\n\r\n\r\ndef wait():\r\n    time.sleep(1)\r\n",
    "shop/sale.py": "def sell():\n    return 1",
    "shop/run.py": "#!/usr/bin/env python\nprint(1)\n",
}
PATCHES = [
    Made("000-async-boundary", {"shop/aio/_async_adapters.py": "offload = None\n"}, "support"),
    Made("001-stock", {"shop/stock.py": FILES["shop/stock.py"].replace("(1)", "(2)")}),
    Made("002-stock-again", {"shop/stock.py": FILES["shop/stock.py"].replace("(1)", "(3)"),
                             "shop/run.py": "#!/usr/bin/env python\nprint(2)\n"}),
    Made("003-sale", {"shop/sale.py": "def sell():\n    return 2"}, "unverified"),
]  # fmt: skip
VERIFIED = {file: text for one in PATCHES[:3] for file, text in one.changes.items()}
EVERYTHING = {**VERIFIED, **PATCHES[3].changes}


def git(root: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=A", "-c", "user.email=a@example.com", *arguments]
    return subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout


def commit(root: Path) -> None:
    git(root, "add", "-A", ".")
    git(root, "commit", "-qm", "Next")


@pytest.fixture(params=["repository", "subdirectory", "no repository", "ignored directory"])
def anywhere(request, tmp_path) -> AgentHome:
    """A target with a run, at each place that a project may have."""
    return target(tmp_path, request.param)


@pytest.fixture
def shop(tmp_path) -> AgentHome:
    """A target with a run, which is a repository."""
    return target(tmp_path, "repository")


def target(tmp_path: Path, kind: str) -> AgentHome:
    root = tmp_path / "top" / {"repository": "", "no repository": ""}.get(kind, "services/shop é")
    write_files(root, FILES)
    (root / "shop/run.py").chmod(0o755)
    if kind == "ignored directory":
        make_repository(tmp_path / "top", {".gitignore": "services/\n"})
    elif kind != "no repository":
        make_repository(tmp_path / "top", {"other.txt": "here\n"})
    make_run(root, PATCHES)
    return AgentHome(root, tmp_path / "home")


def own(root: Path) -> dict[str, tuple[int, bytes]]:
    """What is in the target, without what refactor-agent keeps there."""
    return {
        file: found
        for file, found in contents(root).items()
        if not file.startswith(".refactor-agent/")
    }


def with_changes(before, changes):
    """The same files with other bytes; new ones are plain."""
    changed = {
        file: (before.get(file, (0o644, b""))[0], text.encode()) for file, text in changes.items()
    }
    return {**before, **changed}


def test_applied_and_rolled_back(anywhere):
    before = own(anywhere.target)
    done = anywhere.agent("apply", RUN)
    assert (done.code, done.out.splitlines()) == (1, [
        "applied 000-async-boundary (support)",
        "applied 001-stock (verified)",
        "applied 002-stock-again (verified)",
    ])  # fmt: skip
    assert done.err == f"take it back with `refactor-agent rollback {RUN}`\n"
    assert own(anywhere.target) == with_changes(before, VERIFIED)
    back = anywhere.agent("rollback", RUN)
    assert (back.code, back.out.splitlines()) == (0, [
        "rolled back 002-stock-again",
        "rolled back 001-stock",
        "rolled back 000-async-boundary",
    ])  # fmt: skip
    assert own(anywhere.target) == before
    assert not (anywhere.target / "shop/aio").exists()


def test_unverified_patches_on_request(anywhere):
    before = own(anywhere.target)
    done = anywhere.agent("apply", "latest", "--include-unverified")
    assert done.out.splitlines()[-1] == "applied 003-sale (unverified)"
    assert own(anywhere.target) == with_changes(before, EVERYTHING)
    assert anywhere.agent("rollback", "latest").out.startswith("rolled back 003-sale\n")
    assert own(anywhere.target) == before


def test_twice(anywhere):
    anywhere.agent("apply", RUN)
    before = own(anywhere.target)
    for options in ((), ("--include-unverified",)):
        again = anywhere.agent("apply", RUN, *options)
        assert (again.code, again.out) == (2, "")
        assert again.err == (
            f"error: run {RUN} is applied already;"
            f" take it back with `refactor-agent rollback {RUN}`\n"
        )
    assert own(anywhere.target) == before


def test_again_after_a_rollback(anywhere):
    anywhere.agent("apply", RUN)
    after = own(anywhere.target)
    assert anywhere.agent("rollback", RUN).code == 0
    assert anywhere.agent("rollback", RUN).err == (
        f"error: run {RUN} is not applied; there is nothing to roll back\n"
    )
    assert anywhere.agent("apply", RUN).code == 1
    assert own(anywhere.target) == after


def test_again_after_a_checkout(shop):
    shop.agent("apply", RUN)
    after = own(shop.target)
    git(shop.target, "checkout", "--quiet", ".")
    git(shop.target, "clean", "-fdq")
    assert shop.agent("apply", RUN).code == 1
    assert own(shop.target) == after


def test_rolled_back_after_a_commit(shop):
    before = own(shop.target)
    shop.agent("apply", RUN)
    commit(shop.target)
    (shop.target / "more.py").write_text("")
    commit(shop.target)
    assert shop.agent("rollback", RUN).code == 0
    assert own(shop.target) == {**before, "more.py": (0o644, b"")}


def refused(home: AgentHome, command: str, message: str) -> None:
    before = own(home.target)
    log = home.audit.events()
    done = home.agent(command, RUN)
    assert (done.code, done.out, done.err) == (2, "", f"error: {message}\n")
    assert own(home.target) == before
    assert home.audit.events() == log


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"shop/sale.py": "mine\n"}, "uncommitted changes in shop/sale.py"),
        (
            {"shop/sale.py": "mine\n", "shop/stock.py": "", "other.txt": ""},
            "uncommitted changes in other.txt and 2 more",
        ),
    ],
)
def test_a_dirty_tree(shop, changes, message):
    write_files(shop.target, changes)
    refused(shop, "apply", f"{message}; commit or stash them first")


def test_staged_changes(shop):
    (shop.target / "other.txt").write_text("staged")
    git(shop.target, "add", ".")
    refused(shop, "apply", "uncommitted changes in other.txt; commit or stash them first")


def test_changes_elsewhere_in_the_repository_are_no_matter(tmp_path):
    home = target(tmp_path, "subdirectory")
    (tmp_path / "top/other.txt").write_text("mine")
    assert home.agent("apply", RUN).code == 1


def test_a_head_that_moved(shop):
    old = git(shop.target, "rev-parse", "HEAD")[:10]
    (shop.target / "more.py").write_text("")
    commit(shop.target)
    new = git(shop.target, "rev-parse", "HEAD")[:10]
    message = f"the project has moved from {old} to {new} since run {RUN}"
    refused(shop, "apply", f"{message}; check that commit out, or run again")


def test_a_repository_that_came_later(tmp_path):
    home = target(tmp_path, "no repository")
    make_repository(home.target, {})
    new = git(home.target, "rev-parse", "HEAD")[:10]
    message = f"the project has moved from no commit to {new} since run {RUN}"
    refused(home, "apply", f"{message}; check that commit out, or run again")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"shop/stock.py": "mine\n"}, "shop/stock.py is not as the run saw it"),
        ({"shop/stock.py": None}, "shop/stock.py is not as the run saw it"),
        (
            {"shop/aio/_async_adapters.py": "mine\n"},
            "shop/aio/_async_adapters.py is not as the run saw it",
        ),
        (
            {"shop/stock.py": "mine\n", "shop/run.py": "mine\n"},
            "shop/stock.py is not as the run saw it (nor 1 more)",
        ),
    ],
)
def test_a_file_that_changed_where_git_does_not_tell(tmp_path, changes, message):
    home = target(tmp_path, "no repository")
    change(home.target, changes)
    refused(home, "apply", f"{message}; nothing was changed")


def change(root: Path, changes) -> None:
    write_files(root, {file: text for file, text in changes.items() if text is not None})
    for file, text in changes.items():
        if text is None:
            (root / file).unlink()


def test_an_untracked_file_in_the_way(shop):
    write_files(shop.target, {"shop/aio/_async_adapters.py": "mine\n"})
    message = "shop/aio/_async_adapters.py is not as the run saw it; nothing was changed"
    refused(shop, "apply", message)


@pytest.mark.parametrize(
    "changes", [{"shop/stock.py": "mine\n"}, {"shop/aio/_async_adapters.py": None}]
)
def test_no_rollback_over_later_work(anywhere, changes):
    anywhere.agent("apply", RUN)
    change(anywhere.target, changes)
    message = f"{next(iter(changes))} is not as the patches left it; nothing was changed"
    refused(anywhere, "rollback", message)


def test_never_applied(shop):
    refused(shop, "rollback", f"run {RUN} is not applied; there is nothing to roll back")


def test_a_patch_that_does_not_apply_changes_nothing(anywhere):
    """The second patch was edited: what the first did is not kept either."""
    patch = anywhere.results / "patches" / "001-stock.patch"
    patch.write_bytes(patch.read_bytes().replace(b"-    time.sleep(1)", b"-    time.sleep(9)"))
    before = own(anywhere.target)
    done = anywhere.agent("apply", RUN)
    assert done.code == 2
    assert done.err.startswith("error: 001-stock.patch does not apply: ")
    assert done.err.endswith("; nothing was changed\n")
    assert own(anywhere.target) == before


def test_a_patch_that_makes_something_else_changes_nothing(anywhere):
    patch = anywhere.results / "patches" / "002-stock-again.patch"
    patch.write_bytes(patch.read_bytes().replace(b"+    time.sleep(3)", b"+    time.sleep(9)"))
    message = "the patches make something else of shop/stock.py than the run recorded"
    refused(anywhere, "apply", f"{message}; nothing was changed")


def test_a_patch_that_is_gone_changes_nothing(shop):
    (shop.results / "patches" / "002-stock-again.patch").unlink()
    before = own(shop.target)
    done = shop.agent("apply", RUN)
    assert done.code == 2
    assert done.err.startswith("error: 002-stock-again.patch does not apply: ")
    assert own(shop.target) == before


def test_a_file_that_cannot_be_replaced_puts_the_others_back(shop, tmp_path):
    """The last file's place is taken by a mount, which nothing can be renamed over."""
    mount = Mount(shop.target / "shop/run.py", tmp_path / "run.py")
    before = own(shop.target)
    with mount:
        done = shop.agent("apply", RUN)
    assert done.code == 2
    assert done.err.startswith(f"error: can't write {shop.target / 'shop/run.py'}")
    assert done.err.endswith("nothing was changed\n")
    assert done.err.count("\n") == 1
    assert own(shop.target) == before


class Mount:
    """A file mounted over itself."""

    def __init__(self, path: Path, copy: Path) -> None:
        self.path = path
        shutil.copy2(path, copy)
        self.copy = copy

    def __enter__(self) -> None:
        command = ["mount", "--bind", str(self.copy), str(self.path)]
        if subprocess.run(command, check=False, capture_output=True).returncode:
            pytest.skip("only root may mount")

    def __exit__(self, *_: object) -> None:
        subprocess.run(["umount", str(self.path)], check=True)


@pytest.mark.parametrize(
    "settings",
    [
        {"core.autocrlf": "true"},
        {"core.autocrlf": "input"},
        {"core.whitespace": "trailing-space", "apply.whitespace": "error"},
        {"apply.ignoreWhitespace": "change"},
        {"diff.noprefix": "true"},
        {"core.hooksPath": "/nonexistent"},
    ],
)
def test_settings_of_the_repository_have_no_say(shop, settings):
    for name, value in settings.items():
        git(shop.target, "config", name, value)
    before = own(shop.target)
    assert shop.agent("apply", RUN).code == 1
    assert own(shop.target) == with_changes(before, VERIFIED)
    assert shop.agent("rollback", RUN).code == 0
    assert own(shop.target) == before


def test_attributes_of_the_repository_have_no_say(tmp_path):
    home = AgentHome(tmp_path / "top", tmp_path / "home")
    make_repository(home.target, {**FILES, ".gitattributes": "*.py text eol=crlf ident\n"})
    make_run(home.target, PATCHES)
    before = own(home.target)
    assert home.agent("apply", RUN).code == 1
    assert own(home.target) == with_changes(before, VERIFIED)


def test_both_are_in_the_audit_log(shop):
    shop.agent("apply", RUN)
    shop.agent("rollback", RUN)
    log: AuditLog = shop.audit
    names = ["000-async-boundary", "001-stock", "002-stock-again"]
    assert [(event["event"], event["patches"]) for event in log.events()] == [
        ("applied", names),
        ("rolled-back", names[::-1]),
    ]
    assert log.broken_at() is None


def test_a_run_without_patches(shop):
    make_run(shop.target, [])
    done = shop.agent("apply", RUN)
    assert (done.code, done.out) == (0, "")
    assert done.err == f"run {RUN} has no patches to apply\n"
    assert not (shop.results / "audit.jsonl").exists()


def test_a_run_with_unverified_patches_only(shop):
    make_run(shop.target, PATCHES[3:])
    done = shop.agent("apply", RUN)
    assert (done.code, done.out) == (0, "")
    assert done.err == (
        f"run {RUN} has no verified patches; apply the unverified ones with --include-unverified\n"
    )


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (None, f"run {RUN} has no patches yet; finish it with `refactor-agent resume {RUN}`"),
        ("{", "manifest.json is damaged or of another version of refactor-agent"),
        ('{"format_version": 2}', "manifest.json is damaged or of another version"),
    ],
)
@pytest.mark.parametrize("command", ["apply", "rollback"])
def test_no_manifest(shop, command, damage, message):
    path = shop.results / "manifest.json"
    path.unlink()
    if damage is not None:
        path.write_text(damage)
    done = shop.agent(command, RUN)
    assert done.code == 2
    assert message in done.err
    assert done.err.count("\n") == 1


def test_a_manifest_that_leads_out_of_the_target(shop):
    """A run directory may come with a checkout: its paths are not to be trusted."""
    path = shop.results / "manifest.json"
    known = json.loads(path.read_text())
    known["patches"][0]["files"][0]["file"] = "../victim.py"
    path.write_text(json.dumps(known))
    done = shop.agent("apply", RUN)
    assert done.code == 2
    assert "damaged" in done.err
    assert not (shop.target.parent / "victim.py").exists()
