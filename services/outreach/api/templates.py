"""Templates and playbooks: texts to begin a step, or a whole sequence, with."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.outreach.api.sequence_shapes import Name, NeedOut, StepOut, one_line, step_out
from services.outreach.domain.sequences import steps, template
from services.outreach.domain.sequences.playbooks import ABOUT, STEPS, Language, Way
from services.outreach.domain.sequences.template import KNOWN, MAX_SUBJECT, MAX_TEXT
from services.outreach.store import templates
from services.outreach.store.templates import Template
from shared import clock, ids
from shared.access import Caller, Scope
from shared.errors import ForbiddenError, InvalidError
from shared.inputs import Shape
from shared.pages import Page, PageDep
from shared.versions import IF_MATCH, etag, require_match
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

router = APIRouter(tags=["sequences"])

_Language = Annotated[str, Shape("^[a-z]{2}$", "Give a language by its two letters, such as en.")]


class TemplateIn(BaseModel):
    """A text with variables: `{{name}}`, or `{{name|fallback:"there"}}`."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    language: _Language | None = None
    subject: str = Field(default="", max_length=MAX_SUBJECT)
    body: str = Field(max_length=MAX_TEXT)


class TemplatePatch(BaseModel):
    """Fields to change; steps that were begun with it keep the text that they have."""

    model_config = ConfigDict(extra="forbid")

    name: Name = ""
    language: _Language | None = None
    subject: str = Field(default="", max_length=MAX_SUBJECT)
    body: str = Field(default="", max_length=MAX_TEXT)


class TemplateOut(BaseModel):
    template_id: UUID
    name: str
    language: str | None
    subject: str
    body: str
    variables: list[str] = Field(description="What has to be given for each prospect.")
    created_at: datetime
    version: int


class VariableOut(BaseModel):
    """A variable that is filled by itself."""

    name: str
    sample: str
    sentence: str


class PlaybookOut(BaseModel):
    """Texts to begin with for one way to earn a link."""

    way: Way
    language: Language
    label: str
    sentence: str = Field(description="When it fits.")
    method: str
    needs: list[NeedOut]
    steps: list[StepOut]


class PlaybooksOut(BaseModel):
    items: list[PlaybookOut]
    variables: list[VariableOut] = Field(description="What every text can use besides.")


@router.get("/v1/playbooks")
async def list_playbooks(
    caller: CallerDep,
    language: Annotated[Language | None, Query(description="Only in this language.")] = None,
) -> PlaybooksOut:
    """Return the texts that the house offers to begin with."""
    _require_reader(caller)
    languages = Language if language is None else (language,)
    return PlaybooksOut(
        items=[_playbook(way, one) for one in languages for way in Way],
        variables=[
            VariableOut(name=known.name, sample=known.sample, sentence=known.sentence)
            for known in KNOWN
        ],
    )


def _playbook(way: Way, language: Language) -> PlaybookOut:
    about = ABOUT[way]
    return PlaybookOut(
        way=way,
        language=language,
        label=about.label,
        sentence=about.sentence,
        method=way.method,
        needs=[NeedOut(name=name, sentence=sentence) for name, sentence in about.needs.items()],
        steps=[step_out(step) for step in STEPS[language][way]],
    )


@router.post("/v1/templates", status_code=201)
async def add_template(
    body: TemplateIn, caller: CallerDep, tx: TxDep, response: Response
) -> TemplateOut:
    """Keep a text under a name."""
    _require_writer(caller)
    made = Template(
        template_id=ids.new_id(),
        workspace_id=caller.workspace_id,
        name=one_line("name", body.name),
        language=body.language,
        subject=body.subject.strip(),
        body=body.body.strip(),
        created_by=caller.actor_id,
        created_at=clock.now(),
    )
    _check(made)
    await templates.add_template(tx, made)
    return _answer(made, response)


@router.get("/v1/templates")
async def list_templates(caller: CallerDep, tx: TxDep, page: PageDep) -> Page[TemplateOut]:
    """Return the templates of the workspace by name."""
    _require_reader(caller)
    rows = await templates.list_templates(
        tx,
        workspace_id=caller.workspace_id,
        after=None if page.after is None else (str(page.after[0]), UUID(str(page.after[1]))),
        limit=page.limit + 1,
    )
    return page.page(rows, key=lambda row: (row.name.lower(), row.template_id), item=_out)


@router.get("/v1/templates/{template_id}")
async def get_template(
    template_id: UUID, caller: CallerDep, tx: TxDep, response: Response
) -> TemplateOut:
    """Return one template."""
    _require_reader(caller)
    found = await templates.get_template(tx, template_id, workspace_id=caller.workspace_id)
    return _answer(found, response)


@router.patch("/v1/templates/{template_id}", dependencies=[IF_MATCH])
async def change_template(
    template_id: UUID,
    body: TemplatePatch,
    caller: CallerDep,
    tx: TxDep,
    request: Request,
    response: Response,
) -> TemplateOut:
    """Change a template."""
    _require_writer(caller)
    before = await templates.get_template(
        tx, template_id, workspace_id=caller.workspace_id, lock=True
    )
    require_match(request, before.version)
    given = body.model_dump(exclude_unset=True)
    if "name" in given:
        given["name"] = one_line("name", given["name"])
    after = replace(before, **given, version=before.version + 1)
    _check(after)
    await templates.save_template(tx, after, now=clock.now())
    return _answer(after, response)


@router.delete("/v1/templates/{template_id}", status_code=204)
async def remove_template(template_id: UUID, caller: CallerDep, tx: TxDep) -> None:
    """Take a template out of the list; steps that were begun with it stay as they are."""
    _require_writer(caller)
    found = await templates.get_template(tx, template_id, workspace_id=caller.workspace_id)
    await templates.archive_template(tx, found.template_id, now=clock.now())


def _require_reader(caller: Caller) -> None:
    caller.require_scope(Scope.OUTREACH_READ)
    if caller.is_only_client:
        raise ForbiddenError("Clients are not shown templates.", code="role-required")


def _require_writer(caller: Caller) -> None:
    caller.require_scope(Scope.OUTREACH_WRITE)
    roles = {caller.workspace_role, *caller.grants.values()}
    if not roles & {Role.OWNER, Role.EDITOR}:
        raise ForbiddenError("This needs the role editor on a site.", code="role-required")


def _check(one: Template) -> None:
    faults = steps.check_text("", one.subject, one.body, wants_subject=bool(one.subject.strip()))
    if faults:
        raise InvalidError("The template can't be used like this.", faults)


def _answer(one: Template, response: Response) -> TemplateOut:
    response.headers["ETag"] = etag(one.version)
    return _out(one)


def _out(one: Template) -> TemplateOut:
    return TemplateOut(
        template_id=one.template_id,
        name=one.name,
        language=one.language,
        subject=one.subject,
        body=one.body,
        variables=list(template.asked_for((one.subject, one.body))),
        created_at=one.created_at,
        version=one.version,
    )
