"""Who does what nobody asked for: the installation itself, as an owner of the workspace would."""

from uuid import UUID

from shared.access import Caller
from shared.vocabulary import Role

NAME = "Anchorwatch"


def ourselves(workspace_id: UUID) -> Caller:
    """Return the installation as a caller in one workspace."""
    return Caller(
        workspace_id=workspace_id,
        actor_id=UUID(int=0),
        actor=NAME,
        workspace_role=Role.OWNER,
    )
