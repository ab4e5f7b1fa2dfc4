"""A proxy with a password: given as a secret, kept with the key, used on the way to the service, and shown nowhere."""

import shutil
from collections.abc import Iterator

import pytest

from tests.cli.branches import PASSWORD, WRONG, Branch
from tests.harness.http_proxy import HttpProxy
from tui_reseller.services.reading_again import FEW

TO_PRINT_ALL = ("table", "json", "jsonl", "csv")


@pytest.fixture
def branch(terminal, tmp_path, started) -> Branch:
    sandbox = started("seed")
    sandbox.clear()
    return Branch(terminal, tmp_path, sandbox)


@pytest.fixture
def proxy(branch) -> Iterator[HttpProxy]:
    with branch.started("kim", PASSWORD, repeats=True) as made:
        branch.ca_file = made.ca_file
        yield made


def in_url(password: str) -> str:
    return "".join(f"%{byte:02X}" for byte in password.encode())


def with_password(address: str, password: str) -> str:
    return address.replace("kim@", f"kim:{password}@")


REFUSED = [
    [
        "profile",
        "add",
        "beta",
        "--provider",
        "reseller-v2",
        "--api-user",
        "b",
        "--proxy",
        "http://kim:canary-argument@proxy:3128",
    ],
    [
        "profile",
        "add",
        "beta",
        "--provider",
        "reseller-v2",
        "--api-user",
        "b",
        "--store",
        "none",
        "--proxy",
        "kim:canary-argument@proxy",
    ],
    ["profile", "set", "acme", "proxy=http://kim:canary-argument@proxy:3128"],
    ["profile", "set", "acme", "colour=red", "proxy=http://kim:canary-argu@ment:x@proxy:3128"],
    ["profile", "set", "acme", "proxy_password=canary-argument"],
]


@pytest.mark.parametrize("argv", REFUSED)
@pytest.mark.parametrize("answers", [None, []], ids=["script", "person"])
def test_a_password_is_no_argument(branch, argv, answers):
    branch.write("http://proxy:3128")
    before = branch.config.read_text()
    ran = branch(*argv, answers=answers)
    assert (ran.code, ran.out) == (2, "")
    assert "never an argument" in ran.err
    assert ("http://USER@HOST:PORT" in ran.err) == ("proxy_password" not in argv[-1])
    assert (branch.config.read_text(), branch.leaks()) == (before, [])


def test_a_person_is_asked_and_everything_goes_over_the_proxy(branch, proxy):
    added = branch.add("--proxy", proxy.address, answers=[branch.sandbox.api_key, PASSWORD])
    assert added.code == 0, added.err
    assert f"Password of the proxy {proxy.address}" in added.err
    assert "canary" in branch.kept()
    for argv in (["profile", "test"], ["list"], ["show", "user1"], ["disable", "user1", "--yes"]):
        assert branch(*argv).code == 0, branch.said
    assert len(proxy.let_through) >= 4, "a connection for each command"
    assert proxy.refused == []
    for form in TO_PRINT_ALL:
        for argv in (["profile", "show"], ["profile", "list"], ["profile", "set", "acme", "colour=red"]):
            assert branch(*argv, "--output", form).code == 0
    assert branch("profile", "show").row["proxy"] == proxy.address
    assert branch.leaks() == []


def test_a_script_gives_both_by_stdin(branch, proxy):
    both = ("--proxy", proxy.address, "--secret-stdin", "--proxy-password-stdin")
    assert branch.add(*both, stdin=f"{branch.sandbox.api_key}\n{PASSWORD}\n").code == 0
    assert branch("profile", "test").code == 0, branch.said
    assert branch.leaks() == []


@pytest.mark.parametrize(
    ("options", "stdin"),
    [
        (["--proxy", "http://kim@proxy", "--secret-stdin", "--proxy-password-stdin"], "key\n"),
        (["--proxy", "http://kim@proxy", "--secret-stdin", "--proxy-password-stdin"], "key\n\n"),
        (["--proxy", "http://kim@proxy", "--secret-stdin", "--proxy-password-stdin"], "\ncanary\n"),
        (["--proxy", "http://kim@proxy", "--proxy-password-stdin"], "canary\n"),
        (["--proxy", "http://proxy", "--secret-stdin", "--proxy-password-stdin"], "key\ncanary\n"),
        (["--secret-stdin", "--proxy-password-stdin"], "key\ncanary\n"),
        (["--store", "none", "--proxy", "http://kim@proxy", "--proxy-password-stdin"], "canary\n"),
    ],
)
def test_what_does_not_fit_together_saves_nothing(branch, options, stdin):
    ran = branch.add(*options, stdin=stdin)
    assert ran.code == 2, ran.err
    assert (branch.keyring.items, branch.config.exists(), branch.leaks()) == ({}, False, [])


def test_a_password_can_come_later_and_be_changed_alone(branch, proxy):
    assert (
        "profile secret acme"
        in branch.add("--proxy", proxy.address, "--secret-stdin", stdin=branch.sandbox.api_key).err
    )
    ran = branch("list")
    assert (ran.code, "no password for the proxy" in ran.err, "profile secret acme" in ran.err) == (3, True, True)
    assert branch("profile", "secret", "acme", "--proxy-password-stdin", stdin=WRONG).code == 0
    assert branch("list").code == 5
    assert branch("profile", "secret", "acme", "--proxy-password-stdin", stdin=PASSWORD).code == 0
    assert branch("list").code == 0, branch.said
    # On a terminal what is typed as nothing stays.
    assert branch("profile", "secret", "acme", answers=["", WRONG]).code == 0
    assert branch("list").code == 5
    assert branch("profile", "secret", "acme", answers=[branch.sandbox.api_key, PASSWORD]).code == 0
    assert branch("profile", "secret", "acme", "--secret-stdin", stdin=branch.sandbox.api_key).code == 0
    assert branch("list").code == 0, branch.said
    both = f"{branch.sandbox.api_key}\n{PASSWORD}"
    assert branch("profile", "secret", "acme", "--secret-stdin", "--proxy-password-stdin", stdin=both).code == 0
    assert branch("list").code == 0, branch.said
    assert branch.leaks() == []


def test_it_is_asked_for_where_it_is_not_kept(branch, proxy):
    assert branch.add("--store", "none", "--proxy", proxy.address).code == 0
    assert branch("list").code == 3
    assert branch("list", answers=[branch.sandbox.api_key, PASSWORD]).code == 0, branch.said
    assert branch("list", answers=[branch.sandbox.api_key, ""]).code == 3
    assert branch("list", answers=[""]).code == 3
    assert branch.leaks() == []


@pytest.mark.parametrize("prints_it", [True, False])
def test_a_command_prints_it_as_its_second_line(branch, proxy, tmp_path_factory, prints_it):
    printed = tmp_path_factory.mktemp("outside") / "printed"
    printed.write_text(f"{branch.sandbox.api_key}\n{PASSWORD if prints_it else ''}\n")
    command = f"{shutil.which('cat')} {printed}"
    assert branch.add("--proxy", proxy.address, "--secret-command", command).code == 0
    ran = branch("list")
    assert ran.code == (0 if prints_it else 3), ran.err
    assert prints_it or "second line" in ran.err
    if not prints_it:
        assert branch("list", answers=[PASSWORD]).code == 0, branch.said  # the key is not asked for again
    assert branch.leaks() == []


def test_a_new_proxy_never_gets_the_password_of_the_old_one(branch, proxy):
    branch.add("--proxy", proxy.address, answers=[branch.sandbox.api_key, PASSWORD])
    with HttpProxy.started("kim", WRONG) as other:
        ran = branch("profile", "set", "acme", f"proxy={other.address}")
        assert "profile secret acme" in ran.err
        assert branch("list").code == 3
        assert (other.refused, other.let_through) == ([], [])
    assert branch("profile", "set", "acme", f"proxy={proxy.address}").code == 0
    assert branch("list").code == 0, branch.said


def test_a_proxy_may_know_us_by_a_password_alone(branch):
    with branch.started("", PASSWORD) as proxy:
        branch.ca_file = proxy.ca_file
        assert branch.add("--proxy", proxy.address, answers=[branch.sandbox.api_key, PASSWORD]).code == 0
        assert branch("list").code == 0, branch.said
        branch.write(proxy.address.replace("@", f":{in_url(PASSWORD)}@"))
        assert branch("list").code == 0, branch.said
    assert branch.leaks() == []


def test_a_user_without_a_password_is_asked_nothing(branch):
    with branch.started("token", "") as proxy:
        branch.ca_file = proxy.ca_file
        address = proxy.address.replace("@", ":@")
        assert branch.add("--proxy", address, "--secret-stdin", stdin=branch.sandbox.api_key).code == 0
        assert branch("list").code == 0, branch.said
        assert "stands in clear" not in branch("profile", "show").err


@pytest.mark.parametrize("wanted", ["json", "xml"])
def test_a_proxy_that_refuses_is_not_the_service_and_is_not_asked_twice(branch, proxy, wanted):
    branch.add("--proxy", proxy.address, "--format", wanted, answers=[branch.sandbox.api_key, PASSWORD])
    assert branch("list").code == 0
    branch("profile", "secret", "acme", "--proxy-password-stdin", stdin=WRONG)
    since = len(branch.sandbox.requests())
    for argv in (["list"], ["show", "user1"], ["profile", "test"]):
        proxy.refused.clear()
        ran = branch(*argv)
        assert (ran.code, ran.out) == (5, ""), ran.err
        assert "the proxy does not accept our user name and password" in ran.err
        assert len(proxy.refused) == 1
    proxy.refused.clear()
    ran = branch("disable", "user2", "--yes")
    assert ran.code == 5
    assert len(proxy.refused) == 1
    assert len(branch.sandbox.requests()) == since
    assert branch.leaks() == []


def test_a_job_stops_at_a_proxy_that_refuses(branch, proxy):
    branch.add("--proxy", proxy.address, answers=[branch.sandbox.api_key, PASSWORD])
    for number in range(FEW + 1):  # fewer would be read once more before there is a job
        branch.sandbox.plant(f"behind-{number}", active=True, email="b@example.com")
    assert branch("list").code == 0
    plan = str(branch.folder / "a.plan")
    made = branch("plan", "new", "--filter", "username~^behind-", "--action", "disable", "--out", plan)
    assert made.code == 0, made.err
    branch("profile", "secret", "acme", "--proxy-password-stdin", stdin=WRONG)
    proxy.refused.clear()
    since = len(branch.sandbox.log())
    ran = branch("plan", "apply", plan, "--confirm", f"{made.row['items']} acme")
    assert ran.code == 9, ran.err
    job = branch("job", "show", "1").row
    assert branch.sandbox.log()[since:] == []
    assert (job["state"], "proxy does not accept" in job["why"]) == ("paused", True)
    assert len(proxy.refused) == 1
    branch("profile", "secret", "acme", "--proxy-password-stdin", stdin=PASSWORD)
    assert branch("job", "resume", "1").code == 0, branch.said
    assert branch("job", "show", "1").row["outcomes"] == {"applied": made.row["items"]}
    assert branch.leaks() == []


def test_a_password_in_the_config_file_works_is_said_and_moved(branch, proxy):
    branch.add("--proxy", proxy.address, "--secret-stdin", stdin=branch.sandbox.api_key)
    branch.write(with_password(proxy.address, in_url(PASSWORD)))
    for form in TO_PRINT_ALL:
        for argv in (["profile", "show"], ["profile", "test"], ["profile", "list"]):
            ran = branch(*argv, "--output", form)
            assert ran.code == 0, ran.err
            assert ("stands in clear" in ran.err) == (argv[1] != "list")
    assert "tui-reseller profile secret acme" in branch("profile", "show", "--quiet").err
    assert branch("profile", "show").row["proxy"] == proxy.address
    # What is changed beside it leaves it alone.
    assert branch("profile", "set", "acme", "colour=red").code == 0
    assert in_url(PASSWORD) in branch.config.read_text()
    assert branch("list").code == 0, branch.said
    moved = branch("profile", "secret", "acme", answers=["", ""])
    assert moved.code == 0, moved.err
    assert "no longer in the config file" in moved.err
    assert in_url(PASSWORD) not in branch.config.read_text()
    assert f'proxy = "{proxy.address}"  # ours' in branch.config.read_text().replace("'", '"')
    assert branch("list").code == 0, branch.said
    assert "stands in clear" not in branch("profile", "show").err
    assert branch.leaks() == []


@pytest.mark.parametrize("who", ["script", "person"])
def test_it_is_moved_with_the_first_key_too(branch, proxy, who):
    branch.write(with_password(proxy.address, in_url(PASSWORD)))
    if who == "script":
        ran = branch("profile", "secret", "acme", "--secret-stdin", stdin=branch.sandbox.api_key)
    else:
        ran = branch("profile", "secret", "acme", answers=[branch.sandbox.api_key, ""])
    assert ran.code == 0, ran.err
    assert in_url(PASSWORD) not in branch.config.read_text()
    assert branch("list").code == 0, branch.said
    assert branch.leaks() == []


def test_a_keyring_that_does_not_take_it_leaves_it_where_it_is(branch, proxy):
    branch.add("--proxy", proxy.address, "--secret-stdin", stdin=branch.sandbox.api_key)
    branch.write(with_password(proxy.address, in_url(PASSWORD)))
    branch.keyring.is_there = False
    assert branch("profile", "secret", "acme", "--proxy-password-stdin", stdin=WRONG).code == 3
    assert in_url(PASSWORD) in branch.config.read_text()
    branch.keyring.is_there = True
    assert branch("list").code == 0, branch.said
    assert branch.leaks() == []


@pytest.mark.parametrize(
    ("line", "words"), [('store = "none"', "asked for"), ('credential_command = ["cat", "/nowhere"]', "second line")]
)
def test_where_no_key_is_kept_the_password_is_taken_out_by_hand(branch, proxy, line, words):
    branch.write(with_password(proxy.address, "canary-in-file"), line)
    ran = branch("profile", "show")
    assert "profile set acme proxy=http://USER@HOST:PORT" in ran.err
    assert words in ran.err
    assert branch.leaks(but_config=True) == []
    assert branch("profile", "set", "acme", f"proxy={proxy.address}").code == 0
    assert branch.leaks() == []


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://kim:canary@[", 3),
        ("ftp://kim:canary@proxy", 3),
        ("kim:canary@proxy", 3),
        ("http://kim:canary@127.0.0.1:1", 5),
    ],
)
def test_a_proxy_that_cannot_be_used_is_told_without_its_password(branch, address, code):
    branch.add("--secret-stdin", stdin=branch.sandbox.api_key)
    branch.write(address)
    for argv in (["profile", "test"], ["list"], ["profile", "show"]):
        ran = branch(*argv, "--debug")
        assert ran.code == (0 if argv[-1] == "show" and code == 5 else code), ran.err
        assert ("config.toml:5: profiles.acme.proxy: " in ran.err) == (code == 3)
    assert branch.leaks(but_config=True) == []


@pytest.mark.parametrize("line", ['colour = "pink"', "max_rows = 0", "formt = 1", "= broken"])
def test_a_complaint_about_the_file_shows_no_password(branch, line):
    branch.write("http://kim:canary@proxy", line)
    assert branch("profile", "show").code == 3
    assert branch.leaks(but_config=True) == []
