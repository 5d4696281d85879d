"""Editing in place, drafts and refused forms: nothing typed is lost."""

from playwright.sync_api import expect


def test_a_value_is_edited_in_place_and_saved_with_enter(page, gallery, violations):
    page.goto(f"{gallery}record/")
    city = page.locator('.editable[data-inline-edit-url-value*="city"]')
    city.focus()
    page.keyboard.press("F2")
    box = city.locator("input[name=value]")
    expect(box).to_be_focused()
    page.keyboard.type("Łódź")
    page.keyboard.press("Enter")
    expect(city).to_have_text("Łódź")
    expect(city).to_be_focused()
    assert violations == []


def test_escape_leaves_the_value_as_it_was(page, gallery):
    page.goto(f"{gallery}record/")
    city = page.locator('.editable[data-inline-edit-url-value*="city"]')
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.method))
    city.dblclick()
    expect(city.locator("input[name=value]")).to_be_focused()
    page.keyboard.type("Kraków")
    page.keyboard.press("Escape")
    expect(city).to_have_text("Gdańsk")
    expect(city).to_be_focused()
    assert "POST" not in asked


def test_leaving_the_field_saves_and_an_error_stays_beside_it(page, gallery):
    page.goto(f"{gallery}record/")
    city = page.locator('.editable[data-inline-edit-url-value*="city"]')
    city.dblclick()
    expect(city.locator("input[name=value]")).to_be_focused()
    page.keyboard.press("Delete")
    page.keyboard.press("Tab")
    expect(city.locator(".field-errors")).to_have_text("Fill in a value.")
    expect(city.locator("input[name=value]")).to_be_focused()
    page.keyboard.type("Ústí nad Labem")
    page.keyboard.press("Enter")
    expect(city).to_have_text("Ústí nad Labem")


def test_what_was_typed_comes_back_after_the_page_was_lost(page, gallery, violations):
    page.goto(f"{gallery}form/")
    page.get_by_label("Name").fill("Dvořáková Žofie")
    page.get_by_label("Note").fill("Volat až po\n15. prosinci")
    page.get_by_label("Agrees to newsletters").check()
    page.get_by_label("Language").select_option("hu")
    page.wait_for_timeout(400)
    page.goto(f"{gallery}list/")
    page.goto(f"{gallery}form/")
    expect(page.locator("[data-draft-target=notice]")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("Dvořáková Žofie")
    expect(page.get_by_label("Note")).to_have_value("Volat až po\n15. prosinci")
    expect(page.get_by_label("Agrees to newsletters")).to_be_checked()
    expect(page.get_by_label("Language")).to_have_value("hu")
    page.get_by_role("button", name="Discard it").click()
    expect(page.get_by_label("Name")).to_have_value("")
    page.reload()
    expect(page.locator("[data-draft-target=notice]")).to_be_hidden()
    assert violations == []


def test_a_refused_form_keeps_its_draft_and_a_saved_one_forgets_it(page, gallery):
    page.goto(f"{gallery}form/")
    page.get_by_label("Note").fill("bez jména")
    page.get_by_role("button", name="Save person").click()
    expect(page.locator(".field-errors")).to_have_text("This field is required.")
    expect(page.get_by_label("Note")).to_have_value("bez jména")
    page.get_by_label("Name").fill("Kovács Ágnes")
    page.get_by_role("button", name="Save person").click()
    expect(page.locator(".toast")).to_contain_text("Saved")
    page.goto(f"{gallery}form/")
    expect(page.locator("[data-draft-target=notice]")).to_be_hidden()
    expect(page.get_by_label("Note")).to_have_value("")


def test_a_draft_survives_the_detour_over_the_sign_in_page(page, gallery):
    page.goto(f"{gallery}form/")
    page.get_by_label("Name").fill("Ľubica Šťastná")
    page.evaluate("document.querySelector('#person-form').removeAttribute('hx-post')")
    page.wait_for_timeout(400)
    # The server answers the whole-page POST with the sign-in page, as at the end of a session.
    page.route(
        "**/ui/form/", lambda route: route.fulfill(status=302, headers={"Location": f"{gallery}sign-in/"}), times=1
    )
    page.evaluate("document.querySelector('#person-form').submit()")
    page.wait_for_url("**/sign-in/")
    page.goto(f"{gallery}list/")
    page.goto(f"{gallery}form/")
    expect(page.get_by_label("Name")).to_have_value("Ľubica Šťastná")


def test_a_conflict_is_shown_and_the_form_keeps_what_was_typed(page, gallery):
    page.goto(f"{gallery}form/")
    page.get_by_label("Name").fill("Conflict")
    page.get_by_role("button", name="Save person").click()
    expect(page.get_by_role("dialog", name="Somebody else changed this meanwhile")).to_be_visible()
    expect(page.locator("#person-form input[name=name]")).to_have_value("Conflict")
    with page.expect_request(lambda request: request.method == "POST") as again:
        page.get_by_role("button", name="Save mine on top").click()
    assert "version=2" in again.value.post_data


def test_a_double_press_sends_a_form_once(page, gallery):
    page.goto(f"{gallery}form/")
    page.get_by_label("Name").fill("Jednou")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.get_by_role("button", name="Save person").dblclick()
    expect(page.locator(".toast")).to_contain_text("Saved")
    assert len(sent) == 1


def test_a_reference_is_found_on_the_server(page, gallery, violations):
    page.goto(gallery)
    box = page.locator("#person-ts-control")
    box.click()
    box.press_sequentially("dvo", delay=20)
    page.get_by_role("option", name="Jiří Dvořák").click()
    expect(page.locator("select#person")).to_have_value("2")
    assert violations == []
