from django.core.management import call_command


def test_system_checks_ask_no_database(django_db_blocker):
    with django_db_blocker.block():
        call_command("check")
