"""The public routes that toxicity serves."""

from services.toxicity.api.building import router as building
from services.toxicity.api.disavow import router as disavow
from services.toxicity.api.networks import router as networks
from services.toxicity.api.reviews import router as reviews
from services.toxicity.api.toxicity import router as toxicity
from services.toxicity.api.versions import router as versions

ROUTERS = (toxicity, networks, reviews, disavow, building, versions)
