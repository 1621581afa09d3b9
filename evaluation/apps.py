from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvaluationConfig(AppConfig):
    """Schemes, the kernel that rates under them, and the pages that explain it."""

    name = "evaluation"
    verbose_name = _("Evaluation")

    def ready(self) -> None:
        from credit_platform.common.registering import register_by_importing
        from entities.intake import grades
        from entities.sharing import kinds, places
        from evaluation import imported_files, lists, menu, telling
        from evaluation.grade_lists import offer as offer_records_behind_grades
        from evaluation.standings import grades_worked_out

        register_by_importing(self, "audit_verbs", "held", "moves", "receivers")
        menu.offer()
        lists.offer()
        offer_records_behind_grades()
        imported_files.offer()
        grades.register(grades_worked_out)
        kinds.register("graded", telling.open_to)
        places.register("evaluation", _("ratings"))
