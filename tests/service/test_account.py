"""What a key tells about its portal and its limits."""

from dataclasses import replace

from indexer.runtime import Runtime
from service.app import create_app
from tests.support.api import ApiClient

DAILY = "/integrations/v1/limit/daily"


def test_a_key_tells_its_portal(client: ApiClient) -> None:
    assert client.get("/integrations/v1/me") == {"portalId": client.portal_id, "timeZone": "UTC"}


def test_without_a_daily_limit_there_is_nothing_to_tell(client: ApiClient) -> None:
    assert client.get(DAILY) == []


def test_the_use_of_a_daily_limit_is_told(runtime: Runtime, client: ApiClient) -> None:
    app = create_app(replace(runtime, settings=replace(runtime.settings, rate_daily=10)))
    limited = ApiClient(app.test_client(), client.key, client.portal_id)
    limited.get("/integrations/v1/me")
    (usage,) = limited.get(DAILY)
    assert (usage["name"], usage["usageLimit"], usage["currentUsage"]) == ("api-calls-daily", 10, 2)
    assert usage["resetsAt"] > 0
