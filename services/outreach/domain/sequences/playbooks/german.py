"""The texts of the playbooks in German."""

from services.outreach.domain.sequences.playbooks.about import Way
from services.outreach.domain.sequences.playbooks.frame import Frame
from services.outreach.domain.sequences.steps import Step

_FRAME = Frame(
    'Guten Tag {{name|fallback:"liebes Team"}},',
    """
    Mit freundlichen Grüßen | {{sender_name}} | {{our_domain}}

    Wenn Sie nichts mehr von mir hören möchten, genügt ein Wort, und ich schreibe nicht wieder.
    """,
)

STEPS: dict[Way, tuple[Step, ...]] = {
    Way.GUEST_POST: (
        _FRAME.first(
            "Ein Text für {{domain}}: {{topic}}",
            """
            ich arbeite für {{our_domain}} und würde gern einen Text für {{domain}} schreiben.
            Das Thema: {{topic}}. {{why_you}}

            Er würde nur für Sie geschrieben, von jemandem, der das Thema kennt, und Sie entscheiden
            über jedes Wort und jeden Link darin. Darf ich Ihnen eine Gliederung schicken?
            """,
        ),
        _FRAME.reminder(
            5,
            """
            vielleicht hatten Sie noch keine Zeit für meinen Vorschlag zum Thema {{topic}}. Würde
            eine Gliederung von einer halben Seite bei der Entscheidung helfen?
            """,
        ),
    ),
    Way.DIGITAL_PR: (
        _FRAME.first(
            "Neue Zahlen: {{subject}}",
            """
            {{finding}}

            Die Zahlen, und wie wir zu ihnen gekommen sind, stehen hier: | {{data_url}}

            Sie dürfen sie frei verwenden, wenn Sie {{our_domain}} als Quelle nennen. Gern schicke
            ich die Rohdaten oder nenne jemanden, der Fragen dazu beantwortet.
            """,
        ),
        _FRAME.reminder(
            3,
            """
            nur noch dieses eine Mal, falls es zu etwas passt, woran Sie arbeiten: Unsere Zahlen
            zum Thema {{subject}} stehen unter {{data_url}}.
            """,
        ),
    ),
    Way.BROKEN_LINK: (
        _FRAME.first(
            "Ein Link auf {{domain}} führt ins Leere",
            """
            auf Ihrer Seite | {{page_url}} | führt der Link auf | {{broken_url}} | ins Leere.

            Falls Sie einen Ersatz suchen, wir haben {{what_it_is}}: | {{our_url}}

            Ich schreibe für {{our_domain}}, bin also nicht unbefangen. Den Link zu berichtigen
            lohnt sich so oder so.
            """,
        ),
        _FRAME.reminder(
            5,
            """
            ich erinnere kurz an den Link auf {{page_url}}, der ins Leere führt. Falls sich jemand
            anders um die Seite kümmert: Darf ich fragen, wer?
            """,
        ),
    ),
    Way.RESOURCE_PAGE: (
        _FRAME.first(
            "Für Ihre Liste auf {{domain}}",
            """
            Sie sammeln Links unter | {{page_url}}

            Wir haben {{what_it_is}}: | {{our_url}} | {{why_you}}

            Wenn Sie das für Ihre Leser nützlich finden: Nehmen Sie die Seite auf? Ich arbeite für
            {{our_domain}}.
            """,
        ),
        _FRAME.reminder(
            7,
            """
            darf ich fragen, ob Sie sich {{our_url}} für Ihre Liste ansehen konnten? Wenn die Seite
            nicht passt, wüsste ich gern, warum.
            """,
        ),
    ),
    Way.UNLINKED_MENTION: (
        _FRAME.first(
            "Sie erwähnen {{our_domain}}",
            """
            danke, dass Sie uns auf | {{page_url}} | nennen.

            Würden Sie aus dem Namen einen Link machen, damit Ihre Leser finden, wovon Sie sprechen?
            Die passende Seite ist | {{our_url}}
            """,
        ),
        _FRAME.reminder(
            7,
            """
            ich erinnere kurz an meine Frage nach einem Link auf {{page_url}}. Danke auf jeden Fall
            für die Erwähnung.
            """,
        ),
    ),
    Way.RECLAIM: (
        _FRAME.first(
            "Der Link zu {{our_domain}} auf Ihrer Seite",
            """
            bis vor Kurzem hatte Ihre Seite | {{page_url}} | einen Link auf | {{our_url}}

            Er ist nicht mehr da. War das Absicht? Falls er versehentlich weggefallen ist, etwa bei
            einem Umbau, würde ich mich freuen, wenn Sie ihn wieder einsetzen. Wenn unsere Seite
            nicht mehr passt, sagen Sie mir gern, was fehlt.
            """,
        ),
        _FRAME.reminder(
            5,
            """
            darf ich noch einmal nach dem Link auf {{our_url}} fragen, der von {{page_url}}
            verschwunden ist? Auch ein Nein ist in Ordnung.
            """,
        ),
    ),
}
