"""What the platforms know this bot by: names, words, commands, shortcuts, events and scopes.

The manifests announce them and the channels listen to them, so they stand here once. Imports nothing of ours.
"""

from __future__ import annotations

NAME = "Clausebot"
ACCENT = "#1b4b72"
SHORT = "Finds the clause of the staff policy that answers, and quotes it word for word."
LONG = (
    "Ask in your own words; the answer is the clause of the written policy, word for word, with its number, version and date. "
    "If no clause answers, you are told so, and whom to ask. There is no language model: nothing is paraphrased or made up. "
    "It keeps nothing of what you ask, unless you press “Tell HR it’s not covered”."
)
# What to begin with: label and message. True of any organisation's policies, and also the commands that Teams suggests.
PROMPTS = {
    "What can I ask?": "What can I ask?",
    "Whom can I ask?": "Who can help me with this policy?",
    "The disclaimer to copy": "Give me the disclaimer.",
}

# Where the platforms call us.
SLACK_PATH = "/slack/events"
TEAMS_PATH = "/api/messages"

# Slack: the slash command; shortcuts by callback id, which is the action that the dispatcher knows. Labels have 24 signs at
# most, which is why the question mark of “Which clauses touch this?” is missing.
COMMAND = "/policy"
GLOBAL_SHORTCUTS = {"open:ask": "Ask about a policy", "open:forms": "Forms"}
MESSAGE_SHORTCUT = ("draft", "Which clauses touch this")
EVENTS = ("app_home_opened", "app_mention", "message.im", "app_uninstalled", "tokens_revoked")
# Each scope with the feature that needs it; nothing more is asked for.
SCOPES = {
    "app_mentions:read": "hears @mentions in channels",
    "assistant:write": "suggests what to ask where somebody opens a conversation",
    "chat:write": "answers",
    "commands": f"takes {COMMAND} and the shortcuts",
    "im:history": "reads what somebody writes to the bot in a direct message",
    "im:write": "lets the bot open a direct message with a member of staff",
    "users:read": "tells staff from guests and people of other organisations",
    "usergroups:read": "asks the members of a user group to sign",
    "users:read.email": "knows who signs by their confirmed address, where the account is not linked to a person yet",
}
# The scopes that the bot does well without, each with what is missing then.
AGENT_SCOPE = "assistant:write"
EMAIL_SCOPE = "users:read.email"
GROUPS_SCOPE = "usergroups:read"
OPTIONAL_SCOPES = {
    AGENT_SCOPE: "no questions are suggested",
    EMAIL_SCOPE: "each account must be linked to its person by hand before they can sign",
    GROUPS_SCOPE: "user groups cannot be asked to sign",
}
# For Socket Mode, on the app-level token.
APP_SCOPE = "connections:write"

# Teams: the commands of the message extension.
SEARCH_COMMAND = "search"
DRAFT_COMMAND = "draft"
