"""Networks of referring domains with the evidence that ties them, ready to be drawn."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from services.toxicity.domain.networks.evidence import Kind
from services.toxicity.domain.networks.telling import sentence
from services.toxicity.store import graphs, networks, sites
from services.toxicity.store.graphs import GraphOf
from services.toxicity.store.networks import KeptNetwork, Node
from shared.access import Scope
from shared.job_routes import JobOut
from shared.pages import Page, PageDep
from shared.vocabulary import Band, Role
from shared.web import CallerDep, TxDep

router = APIRouter(tags=["networks"])


class SharedOut(BaseModel):
    """One thing that domains of a network share."""

    kind: Kind
    label: str
    value: str
    bits: float = Field(description="-log2 of how likely two domains share it by chance.")
    domains: int = Field(description="Domains of the network that have it.")


class TieOut(BaseModel):
    kind: Kind
    label: str
    value: str
    bits: float


class NodeOut(BaseModel):
    """One domain of the drawing."""

    id: str
    domain: str
    links: int = Field(description="Links to this site.")
    band: Band | None = Field(description="Of its worst link; null while none is judged.")


class EdgeOut(BaseModel):
    """Two domains and everything that ties them."""

    source: str
    target: str
    bits: float = Field(
        description="What all of it says together; things that come together, such as host and name"
        " servers, have a common limit."
    )
    evidence: list[TieOut]


class NetworkOut(BaseModel):
    """Referring domains that seem to belong to one owner. That is a fact and no fault."""

    network_id: UUID
    sentence: str
    domains: list[str] = Field(description="Those that link to this site.")
    other_domains: int = Field(
        description="Others, that link to other sites of the workspace only."
    )
    bits: float = Field(description="Of the weakest tie that is needed to hold it together.")
    is_open: bool = Field(description="Whether its domains show that they belong together.")
    links_to_the_same: bool = Field(description="Whether they are tied by what they link to.")
    first_found_at: datetime
    last_found_at: datetime
    evidence: list[SharedOut]
    nodes: list[NodeOut]
    edges: list[EdgeOut]


class Networks(Page[NetworkOut]):
    """One page of networks, and of what day they are."""

    looked_at: datetime | None = Field(
        default=None, description="When the graph was looked at last; null: not yet."
    )
    is_cut: bool = Field(
        default=False, description="Whether there was more than the bounds of one look allow."
    )


@router.get("/v1/sites/{site_id}/networks")
async def list_networks(
    site_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    page: PageDep,
    min_domains: Annotated[
        int, Query(ge=2, le=1000, description="Only networks with so many domains that link here.")
    ] = 2,
) -> Networks:
    """Return the networks among the referring domains of a site, the biggest first."""
    caller.require_scope(Scope.TOXICITY_READ)
    caller.require(site_id, Role.VIEWER)
    site = await sites.get_site(tx, site_id, workspace_id=caller.workspace_id)
    after = None if page.after is None else (int(page.after[0]), UUID(str(page.after[1])))
    rows = await networks.list_networks(
        tx, site_id, least=min_domains, after=after, limit=page.limit + 1
    )
    nodes = await networks.list_nodes(
        tx, site_id, [name for _, one in rows for name in one.linking]
    )
    found = page.page(
        rows,
        key=lambda row: (row[0], row[1].network_id),
        item=lambda row: _network(row[1], nodes),
        count=await networks.count_networks(tx, site_id, least=min_domains)
        if page.wants_count
        else None,
    )
    looked = await graphs.find_graph(tx, site.workspace_id)
    return Networks(**dict(found), **_looked(looked))


def _looked(graph: GraphOf | None) -> dict[str, Any]:
    return {} if graph is None else {"looked_at": graph.made_at, "is_cut": graph.is_cut}


def _network(one: KeptNetwork, nodes: Mapping[str, Node]) -> NetworkOut:
    shown = set(one.linking)
    return NetworkOut(
        network_id=one.network_id,
        sentence=sentence(
            linking=len(one.linking),
            shared=one.shared,
            is_open=one.is_open,
            links_to_the_same=one.links_to_the_same,
        ),
        domains=list(one.linking),
        other_domains=max(one.domains - len(one.linking), 0),
        bits=round(one.bits, 2),
        is_open=one.is_open,
        links_to_the_same=one.links_to_the_same,
        first_found_at=one.first_found_at,
        last_found_at=one.last_found_at,
        evidence=[SharedOut(**shared) for shared in one.shared],
        nodes=[_node(name, nodes.get(name)) for name in one.linking],
        edges=_edges(one.edges, shown),
    )


def _edges(edges: Sequence[Mapping[str, Any]], shown: set[str]) -> list[EdgeOut]:
    """Return the ties between domains that link to this site: the others are of other sites."""
    return [EdgeOut(**edge) for edge in edges if {edge["source"], edge["target"]} <= shown]


def _node(domain: str, node: Node | None) -> NodeOut:
    return NodeOut(
        id=domain,
        domain=domain,
        links=0 if node is None else node.links,
        band=None if node is None else node.band,
    )


@router.post("/v1/sites/{site_id}/networks/looks", status_code=202)
async def look_again(site_id: UUID, caller: CallerDep, tx: TxDep, response: Response) -> JobOut:
    """Look at the graph and the networks now instead of tonight."""
    caller.require_scope(Scope.TOXICITY_WRITE)
    caller.require(site_id, Role.EDITOR)
    await sites.get_site(tx, site_id, workspace_id=caller.workspace_id)
    job = await graphs.add_job(tx, workspace_id=caller.workspace_id, site_id=site_id)
    response.headers["Location"] = f"/v1/jobs/{job.job_id}"
    return JobOut.of(job)
