"""Editing and deleting without SockJS, by plain requests."""

import json
from urllib.parse import urlencode

import pytest

from tests.journeys.scene import Start
from tests.journeys.test_forms import SECONDS, field, tab, text_kept


@pytest.mark.gen_test(timeout=SECONDS)
async def test_a_message_is_edited_and_deleted_as_json_and_by_a_form_that_keeps_its_text(
    start: Start,
) -> None:
    scene = await start()
    await scene.room()
    cliente, reforma = await tab(scene), await tab(scene, "reforma")
    said = json.loads((await cliente.posts("/chat/1/enviar/", {"conteudo": "Olá", "client_id": "c"})).body)
    edit = {"target": said["id"], "conteudo": "Oi", "client_id": "e"}
    edited = await cliente.posts("/chat/1/editar/", edit)
    assert (edited.code, json.loads(edited.body)["seq"]) == (201, 2)
    assert json.loads((await cliente.posts("/chat/1/editar/", edit)).body)["duplicate"] is True
    refused = await reforma.posts("/chat/1/apagar/", {"target": 1})
    assert (refused.code, json.loads(refused.body)["code"]) == (403, "forbidden")
    assert (await reforma.opens("/chat/1/editar/?mensagem=1")).code == 403
    page = await cliente.opens("/chat/1/editar/?mensagem=1")
    assert text_kept(page) == "Oi"
    form = {"target": "1", "_xsrf": field(page, "_xsrf"), "client_id": field(page, "client_id")}
    too_long = await cliente._asks("POST", "/chat/1/editar/", urlencode({**form, "conteudo": "x" * 2001}), {})
    assert (too_long.code, text_kept(too_long)) == (400, "x" * 2001)
    assert field(too_long, "client_id") == form["client_id"]
    foreign = await cliente._asks(
        "POST", "/chat/1/apagar/", urlencode(form), {"Origin": "https://sibling.example"}
    )
    assert foreign.code == 403
    assert (await cliente._asks("POST", "/chat/1/apagar/", urlencode(form), {})).code == 303
    assert (await cliente.opens("/chat/1/apagar/?mensagem=1")).code == 404
    assert [(entry.kind, entry.conteudo) for entry in await scene.log()] == [
        ("text", "Olá"), ("edit", "Oi"), ("delete", ""),
    ]  # fmt: skip
