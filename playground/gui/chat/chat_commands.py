"""What can be done in the chat, for menu, palette and shortcuts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.gui.commands import Command

if TYPE_CHECKING:
    from playground.gui.panels.chat import ChatPanel


def chat_commands(chat: ChatPanel) -> list[Command]:
    """Return the chat's commands; each asks the panel whether it may run."""
    last, answer = chat.why_no_message, chat.why_no_answer
    library, side = chat.library, chat.side
    return [
        Command("chat.new", "New chat", chat.new, "Chat", "Ctrl+N"),
        Command("chat.stop", "Stop", chat.talk.stop, "Chat", "Esc", chat.why_no_stop, own_key=True),
        Command("chat.regenerate", "Regenerate", lambda: chat.act_on_last("regenerate"), "Chat", "Ctrl+R", answer),
        Command("chat.continue", "Continue", lambda: chat.act_on_last("continue"), "Chat", "Alt+Return", answer),
        Command("chat.edit", "Edit the last message", chat.edit_last, "Chat", "", last),
        Command("chat.previous", "Previous version", lambda: chat.step(-1), "Chat", "Alt+Left", last),
        Command("chat.next", "Next version", lambda: chat.step(+1), "Chat", "Alt+Right", last),
        Command("chat.copy", "Copy the last answer", lambda: chat.act_on_last("copy"), "Chat", "Ctrl+Shift+C", last),
        Command("chat.branch", "Branch from the last message", lambda: chat.act_on_last("branch"), "Chat", "", last),
        Command("chat.find", "Find in the conversation", chat.view.transcript.open_find, "Chat", "Ctrl+F"),
        Command("chat.search", "Search chats", chat.list.search.setFocus, "Chat", "Ctrl+Shift+F"),
        Command("chat.rename", "Rename this chat", library.rename, "Chat", "F2", last),
        Command("chat.duplicate", "Duplicate this chat", library.duplicate, "Chat", "", last),
        Command("chat.trash", "Move this chat to the trash", library.trash, "Chat", "", last),
        Command("chat.export", "Export this chat…", library.export, "File", "Ctrl+E", last),
        Command("chat.left_pane", "Show or hide the chats", lambda: chat.toggle(chat.list), "View", "Ctrl+B"),
        Command("chat.right_pane", "Show or hide run settings", lambda: chat.toggle(side), "View", "Ctrl+Shift+B"),
        Command("chat.run_settings", "Run settings", lambda: side.open_tab(0), "View", "Ctrl+1"),
        Command("chat.prompt", "Prompt editor", lambda: side.open_tab(1), "View", "Ctrl+2"),
        Command("chat.xray", "Prompt X-ray", lambda: side.open_tab(2), "View", "Ctrl+3"),
        Command("chat.neutralize", "Neutralize samplers", side.run.neutralize.click, "Chat"),
    ]
