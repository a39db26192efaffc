"""The texts of the playbooks in German."""

from services.outreach.domain.sequences.playbooks.about import Way
from services.outreach.domain.sequences.playbooks.frame import Frame
from services.outreach.domain.sequences.steps import Step

_FRAME = Frame(
    'Guten Tag {{name|fallback:"liebes Team"}},',
    """
    Mit freundlichen Grüßen | {{sender}} | {{site}}

    Wenn Sie nichts mehr von mir hören möchten, genügt ein Wort, und ich schreibe nicht wieder.
    """,
)

STEPS: dict[Way, tuple[Step, ...]] = {
    Way.GUEST_POST: (
        _FRAME.first(
            "Ein Text für {{domain}}: {{topic}}",
            """
            ich arbeite für {{site}} und würde gern einen Text für {{domain}} schreiben.
            Das Thema: {{topic}}. {{reason}}

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

            Die Zahlen, und wie wir zu ihnen gekommen sind, stehen hier: | {{data}}

            Sie dürfen sie frei verwenden, wenn Sie {{site}} als Quelle nennen. Gern schicke
            ich die Rohdaten oder nenne jemanden, der Fragen dazu beantwortet.
            """,
        ),
        _FRAME.reminder(
            3,
            """
            nur noch dieses eine Mal, falls es zu etwas passt, woran Sie arbeiten: Unsere Zahlen
            zum Thema {{subject}} stehen unter {{data}}.
            """,
        ),
    ),
    Way.BROKEN_LINK: (
        _FRAME.first(
            "Ein Link auf {{domain}} führt ins Leere",
            """
            auf Ihrer Seite | {{page}} | führt der Link {{anchor|fallback:"dort"}} auf | {{broken}} | ins Leere.

            Falls Sie einen Ersatz suchen, wir haben {{offer}}: | {{ours}}

            Ich schreibe für {{site}}, bin also nicht unbefangen. Den Link zu berichtigen
            lohnt sich so oder so.
            """,
        ),
        _FRAME.reminder(
            5,
            """
            ich erinnere kurz an den Link auf {{page}}, der ins Leere führt. Falls sich jemand
            anders um die Seite kümmert: Darf ich fragen, wer?
            """,
        ),
    ),
    Way.RESOURCE_PAGE: (
        _FRAME.first(
            "Für Ihre Liste auf {{domain}}",
            """
            Sie sammeln Links unter | {{page}}

            Wir haben {{offer}}: | {{ours}} | {{reason}}

            Wenn Sie das für Ihre Leser nützlich finden: Nehmen Sie die Seite auf? Ich arbeite für
            {{site}}.
            """,
        ),
        _FRAME.reminder(
            7,
            """
            darf ich fragen, ob Sie sich {{ours}} für Ihre Liste ansehen konnten? Wenn die Seite
            nicht passt, wüsste ich gern, warum.
            """,
        ),
    ),
    Way.UNLINKED_MENTION: (
        _FRAME.first(
            "Sie erwähnen {{site}}",
            """
            danke, dass Sie uns auf | {{page}} | nennen.

            Würden Sie aus dem Namen einen Link machen, damit Ihre Leser finden, wovon Sie sprechen?
            Die passende Seite ist | {{ours}}
            """,
        ),
        _FRAME.reminder(
            7,
            """
            ich erinnere kurz an meine Frage nach einem Link auf {{page}}. Danke auf jeden Fall
            für die Erwähnung.
            """,
        ),
    ),
    Way.RECLAIM: (
        _FRAME.first(
            "Der Link zu {{site}} auf Ihrer Seite",
            """
            bis vor Kurzem hatte Ihre Seite | {{page}} | einen Link auf | {{ours}}

            Er ist nicht mehr da. War das Absicht? Falls er versehentlich weggefallen ist, etwa bei
            einem Umbau, würde ich mich freuen, wenn Sie ihn wieder einsetzen. Wenn unsere Seite
            nicht mehr passt, sagen Sie mir gern, was fehlt.
            """,
        ),
        _FRAME.reminder(
            5,
            """
            darf ich noch einmal nach dem Link auf {{ours}} fragen, der von {{page}}
            verschwunden ist? Auch ein Nein ist in Ordnung.
            """,
        ),
    ),
}
