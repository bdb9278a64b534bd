"""The pages' functions, for the worker. What they do is imported when a page is asked for: no alert waits for it."""

import azure.functions as func

from handlers.durable import Blueprint, DurableOrchestrationClient

pages = Blueprint()


@pages.route(route="ui", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@pages.durable_client_input(client_name="client")
async def show_overview(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """The page that people begin at."""
    from handlers.pages import overview

    return await overview.show_overview(req, client)


@pages.route(route="ui/incidents", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@pages.durable_client_input(client_name="client")
async def show_incidents(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """The page, or the file that its links offer."""
    from handlers.pages import incident_list

    return await incident_list.show_incidents(req, client)


@pages.route(route="ui/switch", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@pages.durable_client_input(client_name="client")
async def show_switch(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """The switch as it stands."""
    from handlers.pages import switch_page

    return await switch_page.show_switch(req, client)


@pages.route(route="ui/switch", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@pages.durable_client_input(client_name="client")
async def throw_switch(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """303 back to the page once the wish is stored; 400 if it was not confirmed."""
    from handlers.pages import switch_page

    return await switch_page.throw_switch(req, client)


@pages.route(route="session", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
def open_session(req: func.HttpRequest) -> func.HttpResponse:
    """A session for whoever has shown a function key to the host, and on to a page: 303."""
    from handlers.pages import signing_in

    return signing_in.open_session(req)


@pages.route(route="ui/signin", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def show_sign_in(req: func.HttpRequest) -> func.HttpResponse:
    """The page to sign in at."""
    from handlers.pages import signing_in

    return signing_in.show_sign_in(req)


@pages.route(route="ui/signout", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
def sign_out(req: func.HttpRequest) -> func.HttpResponse:
    """The session's end; of that of App Service authentication too, where there is one: 303."""
    from handlers.pages import signing_in

    return signing_in.sign_out(req)


@pages.route(route="ui/playbooks", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def list_playbooks(req: func.HttpRequest) -> func.HttpResponse:
    """All playbooks, or those that hold the words of ``q``."""
    from handlers.pages import playbook_pages

    return playbook_pages.list_playbooks(req)


@pages.route(route="ui/playbooks/{code}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def show_playbook(req: func.HttpRequest) -> func.HttpResponse:
    """The playbook of a code, an alias or a number; 404 with those that are spelt alike."""
    from handlers.pages import playbook_pages

    return playbook_pages.show_playbook(req)


@pages.route(route="ui/incidents/{id}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@pages.durable_client_input(client_name="client")
async def incident_page(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """The page, or with ``format=json`` the incident as a file; ``refresh=on`` has the browser look again."""
    from handlers.pages import incident_page

    return await incident_page.incident_page(req, client)


@pages.route(route="ui/incidents/{id}/restore-locks", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@pages.durable_client_input(client_name="client")
async def restore_locks_from_page(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """The page, with what became of each lock, or why none was touched."""
    from handlers.pages import incident_page

    return await incident_page.restore_locks_from_page(req, client)


@pages.route(route="ui/incidents/{id}/rerun", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@pages.durable_client_input(client_name="client")
async def rerun_from_page(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """The page, with the new incident, or why there is none."""
    from handlers.pages import incident_page

    return await incident_page.rerun_from_page(req, client)
