"""Which ad cuts and markets deserve the next budget, from what comes back and how sure it is, never from clicks.

The steps, in the order data pass: ``payback`` says what young cohorts will still pay, ``response`` what more spend
brings, ``returns`` puts them together into draws of every ad's return, ``divide`` finds the best division of a budget
and whether it is sure, ``testing`` the experiment that would decide most, ``teasers`` what cuts that pay show, ``plan``
says it all.
"""

from hookline.insight.spend.plan import best_spend
from hookline.insight.spend.result import AdShare, GroupReturn, SpendPlan, SplitTest, Teaser, TeaserEffect
from hookline.insight.spend.teasers import Shown

__all__ = ["AdShare", "GroupReturn", "Shown", "SpendPlan", "SplitTest", "Teaser", "TeaserEffect", "best_spend"]
