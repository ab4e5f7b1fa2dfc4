"""What other operators do at a service of today meanwhile: calls with the same key, from elsewhere.

They speak over the standard library and share no code with the program that is tested.
"""

import json
from typing import Any
from urllib.request import Request, urlopen

from tests.harness.sandbox import Sandbox

PRO = "org.ei.pro.v1"


def account_opened(sandbox: Sandbox, email: str, package: str = PRO) -> str:
    """Let somebody else open an account; return its id."""
    offerings = [{"name": package, "type": "package", "quantity": 1}]
    body = {"profile": {"email": email}, "offerings": offerings}
    return str(_made(sandbox, "partners/accounts", body)["account_id"])


def subuser_opened(sandbox: Sandbox, username: str, email: str) -> str:
    """Let somebody else open a subuser; return its name."""
    body = {"username": username, "email": email, "password": "Els3where-pass", "ips": []}
    return str(_made(sandbox, "subusers", body)["username"])


def _made(sandbox: Sandbox, path: str, body: Any) -> Any:
    headers = {"Authorization": f"Bearer {sandbox.v3_api_key}", "Content-Type": "application/json"}
    asked = Request(f"{sandbox.v3_base_url}/{path}", json.dumps(body).encode(), headers, method="POST")
    with urlopen(asked, timeout=30) as answer:
        return json.loads(answer.read())
