"""What runs by the clock. The key of each entry says in plain words what it does and when."""

from celery.schedules import crontab

BEAT_SCHEDULE = {
    "rate the entities that still wait, every minute": {
        "task": "evaluation.tasks.rate_waiting",
        "schedule": 60.0,
    },
    "take part in rating everybody where that goes on, every minute": {
        "task": "evaluation.tasks.work_on_runs",
        "schedule": 60.0,
    },
    "take part in simulations where one goes on, every minute": {
        "task": "evaluation.composing.tasks.work_on_simulations",
        "schedule": 60.0,
    },
    "count for the boards what was rated or changed, every ten seconds": {
        "task": "evaluation.boards.tasks.follow",
        "schedule": 10.0,
        # A run that could not begin before the next one is due has nothing to add to it.
        "options": {"expires": 10},
    },
    "work out who will move by themselves and whose records weigh, every night, and every hour what was missed": {
        "task": "evaluation.boards.tasks.look_ahead_and_weigh",
        "schedule": crontab(minute=25),
    },
    "end publicity whose day has come, every hour, so that a missed midnight is made good": {
        "task": "entities.tasks.end_publicity",
        "schedule": crontab(minute=1),
    },
    "archive and delete what has run its time, every night, and every hour what a night left undone": {
        "task": "entities.retention.tasks.work_through_nights",
        "schedule": crontab(hour="2-20", minute=35),
    },
    "date records by the rules of a new day or of one just published, every minute": {
        "task": "entities.tasks.follow_the_rules",
        "schedule": 60.0,
        # It may take long after a change of law; another that waits behind it has nothing to add.
        "options": {"expires": 60},
    },
    "ask for ratings where records began or ceased, every hour, so that a missed midnight is made good": {
        "task": "evaluation.tasks.request_ratings_for_today",
        "schedule": crontab(minute=5),
    },
    "make the tables of peers of the day, every night, and every hour what was missed": {
        "task": "evaluation.tasks.refresh_peers",
        "schedule": crontab(minute=35),
    },
    "go on with submissions that a lost worker left, every minute": {
        "task": "entities.tasks.resume_submissions",
        "schedule": 60.0,
    },
    "look for entities that stand here twice, every night": {
        "task": "entities.tasks.find_near_duplicates",
        "schedule": crontab(hour=2, minute=40),
    },
    "deliver feedback that waits, every minute": {
        "task": "entities.tasks.deliver_feedback",
        "schedule": 60.0,
    },
    "tell watch lists of serious misconduct, every minute": {
        "task": "entities.sharing.tasks.tell_of_serious_misconduct",
        "schedule": 60.0,
    },
    "tell watch lists what the day before brought, every morning, and every hour what was missed": {
        "task": "entities.sharing.tasks.tell_of_the_day",
        "schedule": crontab(hour="7-20", minute=30),
    },
    "send changes to the systems of bodies, every half minute": {
        "task": "entities.sharing.tasks.send_changes",
        "schedule": 30.0,
        # A run that could not begin before the next one is due has nothing to add to it.
        "options": {"expires": 30},
    },
    "pass on the watch lists of bodies that are gone and end their receivers, every hour": {
        "task": "entities.sharing.tasks.pass_on_what_bodies_left",
        "schedule": crontab(minute=25),
    },
    "count the quality of this month and the last anew, every hour": {
        "task": "entities.quality.tasks.count_this_month",
        "schedule": crontab(minute=20),
    },
    "count the quality of the last thirteen months anew, every night": {
        "task": "entities.quality.tasks.count_all_months",
        "schedule": crontab(hour=2, minute=40),
    },
    "count what is on public record of the members of associations, their industries and the city, every night": {
        "task": "associations.tasks.count_industries",
        "schedule": crontab(hour=3, minute=15),
    },
    "let in what members did not put right in time, every hour": {
        "task": "associations.forewarning.tasks.follow_up",
        "schedule": crontab(minute=3),
    },
    "remind of opinions that departments asked associations for, every hour": {
        "task": "associations.exchange.tasks.remind",
        "schedule": crontab(minute=12),
    },
    "remind and escalate cases by their clocks, every hour": {
        "task": "repair.tasks.watch_clocks",
        "schedule": crontab(minute=7),
    },
    "remind of commitments and say which were not checked by their day, every morning, and every hour what was missed": {
        "task": "entities.commitments.tasks.watch_days",
        "schedule": crontab(hour="7-20", minute=15),
    },
    "end stories of honest entities that no longer hold, every hour; nobody reads them before that": {
        "task": "credit_platform.portal.stories.tasks.end_what_no_longer_holds",
        "schedule": crontab(minute=4),
    },
    "send links for new passwords that wait, every minute": {
        "task": "entities.people.tasks.send_links",
        "schedule": 60.0,
    },
    "send invitations that wait, every minute": {
        "task": "entities.invitations.tasks.send_waiting",
        "schedule": 60.0,
    },
    "remind of reports from the public and say which are overdue, every hour": {
        "task": "credit_platform.portal.public_reports.tasks.watch_clocks",
        "schedule": crontab(minute=9),
    },
    "escalate what bodies have not answered about missing records, every hour": {
        "task": "repair.missing.tasks.watch",
        "schedule": crontab(minute=9),
    },
    "give the cases of closed and empty sections to those who have them now, every hour": {
        "task": "repair.sections.tasks.follow_sections",
        "schedule": crontab(minute=7),
    },
    "look whether what cases ended is gone everywhere and take in confirmations, every minute": {
        "task": "repair.proof.tasks.confirm_waiting",
        "schedule": 60.0,
    },
    "compare what is public with what may be public, every morning": {
        "task": "repair.proof.tasks.compare_what_is_public",
        "schedule": crontab(hour=4, minute=10),
    },
    "make files of all that is held about an entity and throw away old ones, every minute": {
        "task": "credit_platform.portal.held_data.tasks.make_waiting",
        "schedule": 60.0,
    },
    "check the lists that officials handed in and throw away old answers, every minute": {
        "task": "credit_platform.portal.credit_checks.tasks.check_waiting",
        "schedule": 60.0,
    },
    "type and sign letters that wait, every minute": {
        "task": "repair.letters.tasks.type_waiting",
        "schedule": 60.0,
    },
    "remind bodies of what they have not confirmed, every hour": {
        "task": "repair.proof.tasks.remind",
        "schedule": crontab(minute=25),
    },
    "seal the audit log, every five minutes": {
        "task": "credit_platform.audit.tasks.seal_audit_log",
        "schedule": 300.0,
    },
    "throw away tokens and answers of other systems that are over, every night": {
        "task": "entities.systems.tasks.clear_what_is_over",
        "schedule": crontab(hour=3, minute=40),
    },
    "throw away sessions that are over, every night": {
        "task": "credit_platform.accounts.tasks.clear_expired_sessions",
        "schedule": crontab(hour=3, minute=30),
    },
}
