"""What a mail that came back is: bounce, complaint, auto-reply, wish to be left alone, or an answer; pure.

`classify.classify(raw)` is the door; `verdict.py` names everything that it can say.
"""
