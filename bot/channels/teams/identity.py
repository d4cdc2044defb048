"""Who calls: the check of the token that Microsoft signs, so that every failure is a refusal and none an error."""

from __future__ import annotations

import logging
from types import SimpleNamespace

import aiohttp
from botbuilder.integration.aiohttp import ConfigurationBotFrameworkAuthentication
from botbuilder.schema import Activity
from botframework.connector.auth import (
    AuthenticateRequestResult,
    AuthenticationConstants,
    ClaimsIdentity,
    ConnectorFactory,
    PasswordServiceClientCredentialFactory,
)
from botframework.connector.auth.jwt_token_extractor import JwtTokenExtractor

from bot.channels.teams.cloud import Cloud
from bot.channels.teams.keys import Fetch, Keys, KeysUnreachable, fetch_json

log = logging.getLogger(__name__)


class Unauthorised(Exception):
    """The call does not come from Microsoft, or is not for this bot."""


class Authentication(ConfigurationBotFrameworkAuthentication):  # type: ignore[misc] # botbuilder ships no types
    """Botbuilder's authentication with our own way back to Teams, and nobody signing in through the bot."""

    def __init__(self, app_id: str, cloud: Cloud, connectors: ConnectorFactory) -> None:
        configuration = SimpleNamespace(
            APP_ID=app_id,
            TO_BOT_FROM_CHANNEL_TOKEN_ISSUER=cloud.issuer,
            TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL=cloud.keys,
            TO_BOT_FROM_EMULATOR_OPENID_METADATA_URL=cloud.emulator_keys,
            TO_CHANNEL_FROM_BOT_LOGIN_URL=cloud.login,
            TO_CHANNEL_FROM_BOT_OAUTH_SCOPE=cloud.scope,
            OAUTH_URL=cloud.oauth,
        )
        # Only asked whether an app id is ours; the bot's own tokens come from Login.
        super().__init__(configuration, credentials_factory=PasswordServiceClientCredentialFactory(app_id))
        self._connectors = connectors

    @property
    def wrong(self) -> str:
        """What keeps calls from being checked."""
        return ""

    async def create_user_token_client(self, claims_identity: ClaimsIdentity) -> None:
        """None, since nobody signs in."""
        del claims_identity

    def close(self) -> None:
        """Gives back what was taken."""


class Checked(Authentication):
    """Botbuilder's checks of a token, with keys that are fetched as they should be."""

    def __init__(self, app_id: str, cloud: Cloud, session: aiohttp.ClientSession, connectors: ConnectorFactory) -> None:
        super().__init__(app_id, cloud, connectors)
        self._own = {url: Keys(url, _fetching(session)) for url in (cloud.keys, cloud.emulator_keys)}
        self._keys = self._own[cloud.keys]
        # Botframework keeps its keys here, and fetches them with a call that stops the event loop and has no time-out.
        JwtTokenExtractor.metadataCache.update(self._own)

    @property
    def wrong(self) -> str:
        """What keeps calls from being checked."""
        return "the keys of Microsoft’s login cannot be fetched" if self._keys.missing else ""

    async def authenticate_request(self, activity: Activity, auth_header: str) -> AuthenticateRequestResult:
        """The result that the adapter needs for this activity.

        Raises Unauthorised, and KeysUnreachable where nobody can be checked now.
        """
        try:
            result = await super().authenticate_request(activity, auth_header)
        except KeysUnreachable:
            raise
        except Exception as error:  # noqa: BLE001 - botframework raises whatever a forged token makes it stumble over
            log.info("a call was refused: %s", type(error).__name__)
            raise Unauthorised from None
        named = result.claims_identity.get_claim_value(AuthenticationConstants.SERVICE_URL_CLAIM)
        # The library lets tokens through that name no address; answers go only where Microsoft said.
        if named != activity.service_url:
            raise Unauthorised
        result.connector_factory = self._connectors
        return result

    def close(self) -> None:
        """Takes the keys out of botframework's cache again."""
        for url, keys in self._own.items():
            keys.close()
            if JwtTokenExtractor.metadataCache.get(url) is keys:
                del JwtTokenExtractor.metadataCache[url]


class Unchecked(Authentication):
    """Nobody's token is checked: for local mode, where only this machine is answered."""

    async def authenticate_request(self, activity: Activity, auth_header: str) -> AuthenticateRequestResult:
        """What the adapter needs."""
        del activity, auth_header
        result = AuthenticateRequestResult()
        result.claims_identity = ClaimsIdentity({}, True, AuthenticationConstants.ANONYMOUS_AUTH_TYPE)
        result.audience = result.caller_id = None
        result.connector_factory = self._connectors
        return result


def _fetching(session: aiohttp.ClientSession) -> Fetch:
    async def fetch(url: str) -> object:
        return await fetch_json(session, url)

    return fetch
