"""Values that every contact has without anyone having written them (contract S1.2).

They are laid under the stored values when a contact is read and when its document is built, and become rows only when
something changes them.
"""

from collections.abc import Mapping

OFFLINE = "OFFLINE"

_EMPTY = (
    "hs_analytics_first_url",
    "hs_analytics_last_url",
    "hs_analytics_first_referrer",
    "hs_analytics_last_referrer",
    "hs_analytics_last_timestamp",
    "hs_analytics_first_visit_timestamp",
    "hs_analytics_last_visit_timestamp",
    "hs_social_last_engagement",
)
_ZERO = (
    "num_conversion_events",
    "num_unique_conversion_events",
    "hs_analytics_num_page_views",
    "hs_analytics_num_visits",
    "hs_analytics_num_event_completions",
    "hs_analytics_average_page_views",
    "hs_social_facebook_clicks",
    "hs_social_twitter_clicks",
    "hs_social_linkedin_clicks",
    "hs_social_google_plus_clicks",
    "hs_social_num_broadcast_clicks",
)
_CONSTANTS: dict[str, str] = {
    **dict.fromkeys(_EMPTY, ""),
    **dict.fromkeys(_ZERO, "0"),
    "hs_analytics_revenue": "0.0",
    "hs_analytics_source": OFFLINE,
}


SUPPLIED_INSTANTS = {"hs_analytics_first_timestamp": "created_at", "lastmodifieddate": "updated_at"}
"""Supplied values that are instants, with the arguments of `supplied_values` that they are."""


def supplied_values(created_at: int, updated_at: int, origin: tuple[str, str]) -> dict[str, str]:
    """Return the values that a contact has by itself.

    `created_at` and `updated_at` are milliseconds since the epoch, `origin` the two drill-downs of the OFFLINE source,
    such as ("API", "contact-upsert").
    """
    return {
        **_CONSTANTS,
        "hs_analytics_source_data_1": origin[0],
        "hs_analytics_source_data_2": origin[1],
        "hs_analytics_first_timestamp": str(created_at),
        "lastmodifieddate": str(updated_at),
    }


def effective_values(
    stored: Mapping[str, str], created_at: int, updated_at: int, origin: tuple[str, str]
) -> dict[str, str]:
    """Return all values of a contact: the supplied ones, covered by the stored ones."""
    return {**supplied_values(created_at, updated_at, origin), **stored}
