"""Plans over a season: where its episodes end, where it asks for money."""

from hookline.insight.plan.division import best_division
from hookline.insight.plan.paywall import Price, best_paywalls
from hookline.insight.plan.result import Boundary, Division, DivisionPlan, PaywallOption, PaywallPlan

__all__ = [
    "Boundary",
    "Division",
    "DivisionPlan",
    "PaywallOption",
    "PaywallPlan",
    "Price",
    "best_division",
    "best_paywalls",
]
