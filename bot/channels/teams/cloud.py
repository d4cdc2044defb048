"""Microsoft's clouds: where each keeps its login, its keys and what a bot's token is for."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from botframework.connector.auth import AuthenticationConstants, GovernmentConstants


@dataclass(frozen=True, slots=True)
class Cloud:
    """The addresses of one cloud.

    `issuer` and `keys` belong to the tokens of calls to us, `login`, `tenant` (of bots for many tenants) and `scope` to
    our own tokens. `plain_http` allows answers without encryption, for a stand-in on the same machine.
    """

    issuer: str
    keys: str
    emulator_keys: str
    login: str
    tenant: str
    scope: str
    oauth: str
    plain_http: bool = False


CLOUDS = MappingProxyType(
    {
        "public": Cloud(
            AuthenticationConstants.TO_BOT_FROM_CHANNEL_TOKEN_ISSUER,
            AuthenticationConstants.TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL,
            AuthenticationConstants.TO_BOT_FROM_EMULATOR_OPENID_METADATA_URL,
            AuthenticationConstants.TO_CHANNEL_FROM_BOT_LOGIN_URL_PREFIX,
            AuthenticationConstants.DEFAULT_CHANNEL_AUTH_TENANT,
            AuthenticationConstants.TO_CHANNEL_FROM_BOT_OAUTH_SCOPE,
            AuthenticationConstants.OAUTH_URL,
        ),
        "government": Cloud(
            GovernmentConstants.TO_BOT_FROM_CHANNEL_TOKEN_ISSUER,
            GovernmentConstants.TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL,
            GovernmentConstants.TO_BOT_FROM_EMULATOR_OPENID_METADATA_URL,
            GovernmentConstants.TO_CHANNEL_FROM_BOT_LOGIN_URL_PREFIX,
            GovernmentConstants.DEFAULT_CHANNEL_AUTH_TENANT,
            GovernmentConstants.TO_CHANNEL_FROM_BOT_OAUTH_SCOPE,
            GovernmentConstants.OAUTH_URL_GOV,
        ),
    }
)
