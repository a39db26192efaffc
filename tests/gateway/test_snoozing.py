"""What is put off in one chat is put off everywhere, and who leaves takes along the name that a chat gave them."""

from datetime import timedelta
from typing import Any

from services.gateway.store import keeping
from shared import clock
from shared.erasing import Person
from tests.gateway.chats import a_channel, an_alert, an_end, in_states, raise_all, shown, told
from tests.gateway.conftest import House
from tests.gateway.pressing import journal, last_link, press, signed_in, tell, tokens, with_buttons
from tests.gateway.receiver import Receiver


async def test_what_is_put_off_in_one_channel_is_put_off_in_all(
    chatty: House, receiver: Receiver
) -> None:
    channel, second = await with_buttons(chatty, "discord"), await a_channel(chatty, "teams")
    late = await a_channel(chatty, "teams", name="told later")
    await chatty.alice.patch(
        f"/v1/channels/{channel['id']}", {"anyone_may_act": True}, if_match="*"
    )
    alert, alert_id = await tell(chatty, receiver, channel)
    given: dict[str, Any] = {"alert_id": alert_id, "site_id": alert.site_id}
    await raise_all(chatty, [an_alert(chatty, second["id"], **given)])
    await in_states(chatty, second, "delivered")
    digest = an_alert(chatty, late["id"], deliver_at=clock.now() + timedelta(hours=3), **given)
    await raise_all(chatty, [digest])
    message = next(one for one in receiver.events if "components" in one)
    await press(chatty, channel, tokens(message)["Snooze a week"], message=message)
    again = an_alert(chatty, late["id"], **given)
    await raise_all(chatty, [again])

    week = clock.now() + timedelta(days=6, hours=23)
    for where, titles in ((channel, 1), (second, 1), (late, 2)):
        waiting = [one for one in await told(chatty, where) if one["state"] == "waiting"]
        assert len(waiting) == titles, where["name"]
        assert {one["next_at"] > week.isoformat() for one in waiting} == {True}
    await raise_all(chatty, [an_end(chatty, **given)])
    assert [len(await told(chatty, one)) for one in (channel, second)] == [1, 1]


async def test_who_leaves_takes_the_name_along_that_chats_gave_them(
    chatty: House, receiver: Receiver
) -> None:
    channel = await with_buttons(chatty, "slack")
    ana = await signed_in(chatty, "ana@ours.example", name="Ana B.", workspace_role="editor")
    alert, _ = await tell(chatty, receiver, channel)
    token = tokens(receiver.events[-1])["Acknowledge"]
    await press(chatty, channel, token, who=("U7", "ana-of-slack"))
    await ana.post("/v1/me/chats", {"code": last_link(receiver)})
    await press(chatty, channel, token, who=("U7", "ana-of-slack"))
    assert alert.taken == 1
    [entry] = await journal(chatty, "alert.acknowledged")
    assert entry["detail"]["chat_name"] == "ana-of-slack"
    async with chatty.db.begin() as tx:
        await tx.run("SELECT set_config('anchorwatch.keeping', 'on', true)")
        person = Person(chatty.workspace_id, "ana@ours.example", is_user=True)
        assert keeping.PEOPLE.deletes is not None
        await keeping.PEOPLE.deletes(tx, person)
        said = await tx.fetch("SELECT name, said FROM deeds")
    [entry] = await journal(chatty, "alert.acknowledged")
    assert entry["detail"]["chat_name"] == "a former user"
    assert entry["detail"]["said"].startswith("Acknowledged by a former user, ")
    assert "chat_person" not in entry["detail"]
    assert (await shown(chatty, channel))["called_back_by"] == "a former user"
    assert said[0]["name"] == "a former user"
    assert "Ana" not in said[0]["said"]
