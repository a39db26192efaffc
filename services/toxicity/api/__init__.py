"""The public routes that toxicity serves."""

from services.toxicity.api import disavow, reviews, toxicity

ROUTERS = (toxicity.router, reviews.router, disavow.router)
