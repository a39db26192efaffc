"""The public routes that toxicity serves."""

from services.toxicity.api.approvals import router as approvals
from services.toxicity.api.attacks import router as attacks
from services.toxicity.api.building import router as building
from services.toxicity.api.calibration import router as calibration
from services.toxicity.api.disavow import router as disavow
from services.toxicity.api.domains import router as domains
from services.toxicity.api.evaluations import router as evaluations
from services.toxicity.api.flags import router as flags
from services.toxicity.api.in_force import router as in_force
from services.toxicity.api.lists import router as lists
from services.toxicity.api.networks import router as networks
from services.toxicity.api.registrations import router as registrations
from services.toxicity.api.removals import router as removals
from services.toxicity.api.rescores import router as rescores
from services.toxicity.api.reviews import router as reviews
from services.toxicity.api.todo import router as todo
from services.toxicity.api.toxicity import router as toxicity
from services.toxicity.api.versions import router as versions
from services.toxicity.api.work import router as work

ROUTERS = (
    *(toxicity, rescores, domains, flags, lists, networks, attacks, reviews, calibration),
    *(disavow, building, versions, in_force, removals, evaluations, registrations),
    *(todo, work, approvals),
)
