"""The routes that outreach serves."""

from services.outreach.api.approvals import router as approvals
from services.outreach.api.assignments import router as assignments
from services.outreach.api.briefs import router as briefs
from services.outreach.api.campaigns import router as campaigns
from services.outreach.api.contacts import router as contacts
from services.outreach.api.deciding import router as deciding
from services.outreach.api.enrollments import router as enrollments
from services.outreach.api.exchanges import router as exchanges
from services.outreach.api.leaving import router as leaving
from services.outreach.api.mail_apps import router as mail_apps
from services.outreach.api.mail_sign_ins import router as mail_sign_ins
from services.outreach.api.mailboxes import router as mailboxes
from services.outreach.api.messages import router as messages
from services.outreach.api.offers import router as offers
from services.outreach.api.opportunities import internal as opportunities_internal
from services.outreach.api.opportunities import router as opportunities
from services.outreach.api.outreach_settings import router as outreach_settings
from services.outreach.api.pastes import router as pastes
from services.outreach.api.payments import router as payments
from services.outreach.api.placements import router as placements
from services.outreach.api.plan import router as plan
from services.outreach.api.prospect_list import router as prospect_list
from services.outreach.api.prospects import router as prospects
from services.outreach.api.refunds import router as refunds
from services.outreach.api.relationships import router as relationships
from services.outreach.api.sequences import router as sequences
from services.outreach.api.suppressions import router as suppressions
from services.outreach.api.templates import router as templates
from services.outreach.api.threads import router as threads
from services.outreach.api.todo import router as todo
from services.outreach.api.variants import router as variants
from services.outreach.api.vendors import router as vendors
from services.outreach.api.work import router as work

_FOUND = (opportunities, opportunities_internal, deciding)
_WHOM = (*_FOUND, prospects, prospect_list, contacts, relationships)
_HOW = (templates, sequences, variants, enrollments)
_MAIL = (outreach_settings, mailboxes, mail_apps, mail_sign_ins, messages, leaving, threads)

_MONEY = (payments, refunds, exchanges, offers, campaigns, vendors)
_INSIDE = (todo, work, approvals)

ROUTERS = (
    pastes,
    placements,
    plan,
    assignments,
    briefs,
    *_WHOM,
    *_HOW,
    *_MAIL,
    *_MONEY,
    suppressions,
    *_INSIDE,
)
