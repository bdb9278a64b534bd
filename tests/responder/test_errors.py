import re

from responder import errors
from responder.errors import ArmError, Forbidden, ResponderError


def test_the_drawn_tree_is_the_tree() -> None:
    """The docstring draws every class, at the depth it has."""
    drawn = re.findall(r"^ {4}([│├└─ ]*)([A-Z]\w+)", (errors.__doc__ or "").partition("::")[2], re.MULTILINE)
    depths = {name: len(lead) // 4 for lead, name in drawn}
    classes = {
        name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, ResponderError)
    }
    assert depths == {name: kind.__mro__.index(ResponderError) for name, kind in classes.items()}


def test_an_arm_error_tells_what_it_knows() -> None:
    error = Forbidden("no", status=403, code="AuthorizationFailed", path="DELETE /x", action="a/delete", scope="/x")
    assert str(error) == "DELETE /x 403 AuthorizationFailed no"
    assert (error.action, error.scope, error.status, error.code) == ("a/delete", "/x", 403, "AuthorizationFailed")
    assert str(ArmError("nothing")) == "nothing"
