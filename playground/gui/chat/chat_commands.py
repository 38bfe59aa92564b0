"""What can be done in the chat, for menu, palette and shortcuts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from playground.gui.commands import Command

if TYPE_CHECKING:
    from playground.gui.panels.chat import ChatPanel


def chat_commands(chat: ChatPanel) -> list[Command]:
    """Return the chat's commands; each asks the panel whether it may run."""
    last, answer = chat.why_no_message, chat.why_no_answer
    library, side = chat.library, chat.side

    def here(act: Callable[[], object]) -> Callable[[], object]:
        """Bring the chat to the front first: what is done there should be seen."""

        def run() -> None:
            chat.parts.commands.run("chat.open")
            act()

        return run

    return [
        Command("chat.new", "New chat", here(chat.new), "Chat", "Ctrl+N"),
        Command("chat.go_on_from", "Write on from a token", chat.go_on_from, in_palette=False),
        Command("chat.show_turn", "Show a message", chat.show_turn, in_palette=False),
        Command("chat.stop", "Stop", chat.talk.stop, "Chat", "Esc", chat.why_no_stop, own_key=True),
        Command(
            "chat.regenerate", "Regenerate", here(lambda: chat.act_on_last("regenerate")), "Chat", "Ctrl+R", answer
        ),
        Command("chat.continue", "Continue", here(lambda: chat.act_on_last("continue")), "Chat", "Alt+Return", answer),
        Command("chat.edit", "Edit the last message", here(chat.edit_last), "Chat", "", last),
        Command("chat.previous", "Previous version", here(lambda: chat.step(-1)), "Chat", "Alt+Left", last),
        Command("chat.next", "Next version", here(lambda: chat.step(+1)), "Chat", "Alt+Right", last),
        Command("chat.copy", "Copy the last answer", lambda: chat.act_on_last("copy"), "Chat", "Ctrl+Shift+C", last),
        Command(
            "chat.branch", "Branch from the last message", here(lambda: chat.act_on_last("branch")), "Chat", "", last
        ),
        Command("chat.find", "Find in the conversation", here(chat.view.transcript.open_find), "Chat", "Ctrl+F"),
        Command("chat.search", "Search chats", here(chat.search), "Chat", "Ctrl+Shift+F"),
        Command("chat.rename", "Rename this chat", here(chat.rename), "Chat", "F2", last),
        Command("chat.duplicate", "Duplicate this chat", here(library.duplicate), "Chat", "", last),
        Command("chat.trash", "Move this chat to the trash", library.trash, "Chat", "", last),
        Command("chat.export", "Export this chat…", library.export, "File", "Ctrl+E", last),
        Command("chat.left_pane", "Show or hide the chats", lambda: chat.toggle(chat.list), "View", "Ctrl+B"),
        Command("chat.right_pane", "Show or hide run settings", lambda: chat.toggle(side), "View", "Ctrl+Shift+B"),
        Command("chat.run_settings", "Run settings", here(lambda: side.open_tab(0)), "View", "Ctrl+1"),
        Command("chat.prompt", "Prompt editor", here(lambda: side.open_tab(1)), "View", "Ctrl+2"),
        Command("chat.xray", "Prompt X-ray", here(lambda: side.open_tab(2)), "View", "Ctrl+3"),
        Command("chat.choices", "Choice meter", here(lambda: side.open_tab(3)), "View", "Ctrl+4"),
        Command("chat.neutralize", "Neutralize samplers", side.run.neutralize.click, "Chat"),
    ]
