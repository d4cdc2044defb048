"""What we are compared with: the SDKs as their documentation shows them, and the same search."""

from __future__ import annotations

from types import SimpleNamespace

from aiohttp import web
from botbuilder.core import ActivityHandler, TurnContext
from botbuilder.integration.aiohttp import CloudAdapter, ConfigurationBotFrameworkAuthentication
from botframework.connector.auth import MicrosoftAppCredentials, PasswordServiceClientCredentialFactory
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult

from bot.bench_http.asking import SECRET
from bot.bench_http.stand_ins import APP_ID
from bot.channels.teams.cloud import Cloud
from bot.surface import COMMAND, SLACK_PATH, TEAMS_PATH
from policy_kb import KnowledgeBase


def application(knowledge: KnowledgeBase, cloud: Cloud) -> web.Application:
    """Both SDKs behind one application, with nothing else."""
    app = web.Application()
    app.router.add_routes([_slack(knowledge), _teams(knowledge, cloud)])
    return app


def empty() -> web.Application:
    """An application that does nothing, to tell how much load can be made."""

    async def nothing(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(text="nothing")

    app = web.Application()
    app.router.add_post(SLACK_PATH, nothing)
    return app


def _best(knowledge: KnowledgeBase, question: str) -> str:
    found = knowledge.search(question)
    return found[0].clause.text if found else "No clause answers this."


def _slack(knowledge: KnowledgeBase) -> web.RouteDef:
    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token="xoxb-1")  # noqa: S106 - for no one

    bolt = AsyncApp(signing_secret=SECRET, authorize=authorize)

    async def answer(ack: AsyncAck, command: dict[str, str]) -> None:
        await ack(_best(knowledge, command["text"]))

    bolt.command(COMMAND)(answer)

    async def events(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await bolt.async_dispatch(await to_bolt_request(request)))

    return web.post(SLACK_PATH, events)


class _Credentials(PasswordServiceClientCredentialFactory):  # type: ignore[misc] # botbuilder ships no types
    """Calls are checked, but nobody gives the bot a token here, so that no login is called."""

    async def create_credentials(self, *_: object, **__: object) -> MicrosoftAppCredentials:
        return MicrosoftAppCredentials.empty()


class _Quoting(ActivityHandler):  # type: ignore[misc] # botbuilder ships no types
    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        await turn_context.send_activity(_best(self._knowledge, turn_context.activity.text))


def _teams(knowledge: KnowledgeBase, cloud: Cloud) -> web.RouteDef:
    configuration = SimpleNamespace(
        APP_ID=APP_ID,
        TO_BOT_FROM_CHANNEL_TOKEN_ISSUER=cloud.issuer,
        TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL=cloud.keys,
        TO_BOT_FROM_EMULATOR_OPENID_METADATA_URL=cloud.emulator_keys,
        TO_CHANNEL_FROM_BOT_LOGIN_URL=cloud.login,
        TO_CHANNEL_FROM_BOT_OAUTH_SCOPE=cloud.scope,
        OAUTH_URL=cloud.oauth,
    )
    authentication = ConfigurationBotFrameworkAuthentication(configuration, credentials_factory=_Credentials(APP_ID))
    adapter, bot = CloudAdapter(authentication), _Quoting(knowledge)

    async def messages(request: web.Request) -> web.Response:
        answer: web.Response = await adapter.process(request, bot)
        return answer

    return web.post(TEAMS_PATH, messages)
