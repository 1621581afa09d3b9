"""The bodies of the catalogue. A city gives them its own names; the codes stay."""

from entities.models import SubmittingBody

DEPARTMENT = SubmittingBody.Kind.DEPARTMENT
ASSOCIATION = SubmittingBody.Kind.ASSOCIATION
LEAD_OFFICE = SubmittingBody.Kind.LEAD_OFFICE

MARKET_SUPERVISION = "market-supervision"
TAX = "tax"
CUSTOMS = "customs"
FINANCIAL_SUPERVISION = "financial-supervision"
HUMAN_RESOURCES = "human-resources"
LEAD = "lead-office"
CATERING_ASSOCIATION = "catering-association"
DEPARTMENTS = (MARKET_SUPERVISION, TAX, CUSTOMS, FINANCIAL_SUPERVISION)

#: Who keeps the register of entities: market supervision registers all whose code begins with 9.
REGISTRARS = (MARKET_SUPERVISION,)

#: (code, kind, name in Chinese, name in English)
BODIES = (
    (MARKET_SUPERVISION, DEPARTMENT, "市场监督管理局", "Market Supervision Bureau"),
    (TAX, DEPARTMENT, "税务局", "Tax Bureau"),
    (CUSTOMS, DEPARTMENT, "海关", "Customs"),
    (FINANCIAL_SUPERVISION, DEPARTMENT, "金融监督管理局", "Financial Supervision Bureau"),
    (HUMAN_RESOURCES, DEPARTMENT, "人力资源和社会保障局", "Human Resources and Social Security Bureau"),
    (LEAD, LEAD_OFFICE, "社会信用体系建设牵头办公室", "Lead Credit Office"),
    (CATERING_ASSOCIATION, ASSOCIATION, "餐饮行业协会", "Catering Association"),
)
