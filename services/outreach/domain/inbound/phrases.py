"""What mail servers say when they refuse a mail -> why: phrases by reason, in small letters.

A phrase must stand in what the server said; parts between ` * ` in this order. They are the sentences of
the servers' documentation and of RFC 5321, by kind and not by provider; `providers.py` has the others.
"""

from services.outreach.domain.inbound.lists import words
from services.outreach.domain.inbound.verdict import BounceReason as R

Phrase = tuple[str, ...]
"""The parts of a phrase, in the order in which they must stand."""


def _phrases(text: str) -> tuple[Phrase, ...]:
    return tuple(tuple(phrase.split(" * ")) for phrase in words(text))


PHRASES: dict[R, tuple[Phrase, ...]] = {
    R.MAILBOXFULL: _phrases(
        """
        account * has exceeded | account is exceeding | account is full | account is over |
        boite du destinataire pleine | exceed * disk quota | exceed the quota | exceeded * quota |
        exceeded * storage | exceeded his | exceeded its disk | exceeded storage |
        exceeded the local limit | exceeded the space | exceeding * quota | exceeds * quota |
        exceeds allowed size | fully used | inbox full | inbox is full | insufficient quota |
        insufficient space for | mail box full | mail file size exceeds | mail quota |
        mailbox * is full | mailbox * over its size | mailbox exceeded | mailbox exceeds |
        mailbox full | mailbox has exceeded | mailbox is full | mailbox over | mailbox size limit |
        mailbox space | mailbox too large | mailbox was full | mailbox would exceed |
        mailbox_quota_exceeded | maildir delivery failed: * quota | mailfolder is full |
        maximum allowed mailbox size | message size * available storage |
        messages in recipient's mailbox | no room in | not enough disk space | not enough storage |
        out of storage | over disk quota | over his quota | over its disk | over its quota |
        over quota | over the allowed quota | over the quota | over their quota | overquota |
        quota exceeded | quota full | quota has been exceeded | quota is exceeded | quota limit |
        quota violation | quotaexceeded | recipient exceeded | recipient is over |
        recipient reached disk quota | recipient storage full | space quota | storage limit |
        storage quota | too many messages on the mailbox | too much mail data | user has exceeded |
        user has too many messages | user is over | user's disk
        """
    ),
    R.MESGTOOBIG: _phrases(
        """
        data size * limit | exceeded maximum inbound message size | exceeded our * size |
        exceeds maximum size | exceeds size limit | exceeds the maximum * size |
        exceeds the size limit | line limit exceeded | line too long | mail size limit |
        max message size exceeded | maximum message size | message body is too large |
        message data * too large | message exceeds * size | message exceeds size |
        message file too big | message header size exceeds | message is too big |
        message is too large | message size exceeds fixed | message size exceeds the |
        message size limit | message too big | message too large | message was larger than |
        our size limits | requested mail action aborted: exceeded | size exceeds maximum |
        size limit exceeded | trop volumineux | your message exceeded google's message size
        """
    ),
    R.EXCEEDLIMIT: _phrases(
        """
        exceeds administrative limit | recipsizelimit | sendsizelimit | too large for this recipient |
        too large for this sender
        """
    ),
    R.SUSPEND: _phrases(
        """
        account * deactivated | account * disabled | account * expired | account * has been disabled |
        account * inactive | account * locked | account deactivated | account disabled |
        account expired | account has been blocked | account has been suspended | account is blocked |
        account is disabled | account is locked | account is not active | account is temporarily |
        account suspended | account that you tried to reach is disabled | account(s) is disabled |
        address is administratively disabled | address no longer accepts mail |
        boite du destinataire archivee | deactivated due to | deactivated mailbox | disable * user |
        disabled mailbox | disabled or discontinued | email account that you tried to reach is |
        inactive account | inactive mailbox | inactive on this | inactive user | is a deactivated |
        is currently suspended | is inactive | is suspended | mailbox * disabled | mailbox * frozen |
        mailbox * inactive | mailbox * suspended | mailbox currently suspended | mailbox disabled |
        mailbox is blocked | mailbox is disabled | mailbox is frozen | mailbox is locked |
        mailbox not active | mailbox temporarily disabled | mailbox unavailable or access denied |
        recipient * disabled | recipient * inactive | recipient * suspended |
        recipient suspend the service | sorry your message to * cannot be delivered. this account |
        suspended due to | suspended for | suspended recipient | temporarily inactive |
        temporarily locked | temporary locked | this account has been disabled | user * suspended |
        user account * disabled | user disabled | user is locked | user suspended
        """
    ),
    R.HASMOVED: _phrases(
        """
        has been replaced by | has moved to | mailbox * has been moved | moved to another address |
        please use the new address | recipient has moved | user has moved
        """
    ),
    R.NORELAYING: _phrases(
        """
        can't relay | cannot relay | does not relay | domain * not hosted here | is not served here |
        isn't allowed to be relayed | mail relay |
        mail server requires authentication when attempting to send to a non-local | no relay |
        not a gateway | not allowed to relay | not an open relay | not authorised to relay |
        not authorized to relay | not local; please try | not permitted to relay | not relayed |
        not relaying | rcpthosts | relay access denied | relay denied | relay not permitted |
        relay operation rejected | relay restriction | relaying denied | relaying disallowed |
        relaying forbidden | relaying is denied | relaying mail to | relaying not |
        relaying prohibited | relaying to * prohibited | send to a non-local e-mail address |
        smtp relay error | sorry, that domain isn't | specified domain is not allowed |
        that domain isn't in my list | this mail server requires |
        this system is not configured to relay | unable to relay | unroutable to |
        user's domain is not hosted | we do not relay | you do not have permission to relay
        """
    ),
    R.AUTHFAILURE: _phrases(
        """
        5322.from address doesn't meet the authentication | arc verification | authentication checks |
        authentication requirements | authentication-related | dkim | dmarc |
        does not pass authentication | domain owner's policy | envelope blocked |
        missing or invalid signature | not authenticated email | required authentication level |
        sender id | sender policy framework | senderid | spf | unauthenticated email |
        unauthenticated mail
        """
    ),
    R.USERUNKNOWN: _phrases(
        """
        account * does not exist | account * not found | account does not exist |
        account doesn't exist | account not available | account not exist | account not found |
        account that you tried to reach does not exist | account you tried to reach does not exist |
        address * couldn't be found | address * does not exist | address * not exist |
        address * not found | address * wasn't found | address couldn't be found |
        address does not exist | address doesn't exist | address error | address invalid |
        address is invalid | address is not valid | address no longer | address not exist |
        address not found | address not known | address not listed |
        address not present in directory | address not recognized | address unknown |
        address wasn't found | addressee unknown | adresse d au moins un destinataire invalide |
        adresse invalide | archived recipient | bad address | bad destination email |
        bad destination mailbox | bad recipient | bad user | cannot be delivered: user |
        destination addresses were unknown | destination server rejected recipients |
        does not exist in virtual | does not like recipient | doesn't have a yahoo |
        doesn't have an account | domain has no * user | email address could not be found |
        email address that you entered couldn't be found |
        email address you entered couldn't be found | email does not exist | email name is not found |
        empfänger unbekannt | inconnu | invalid account | invalid address | invalid destination |
        invalid email | invalid final delivery user | invalid mailbox | invalid or unknown |
        invalid recipient | invalid user | invalid-recipient | is not a user | is not a valid |
        is not an active address | is not known at this | is not known to | is not local |
        is unknown | ldap_error * no such object | list unknown | mail address * not exist |
        mail receiver not found | mailbox * does not exist | mailbox * not exist |
        mailbox * not found | mailbox address * does not exist | mailbox does not exist |
        mailbox doesn't exist | mailbox invalid | mailbox is unavailable | mailbox name not allowed |
        mailbox not available | mailbox not found | mailbox not present | mailbox unavailable |
        mailboxnotfound | no account | no mail box | no mailbox | no matching recipient |
        no one by that name | no recipient | no such account | no such address | no such mail drop |
        no such mailbox | no such person | no such recipient | no such user |
        no thank you rejected: account | no user | no valid recipient | non existent |
        non-existent user | nonexistent user | nosuchuser | not a known user | not a recognized |
        not a valid * user | not a valid mailbox | not a valid recipient | not a valid user |
        not found in directory | not found in lotus | not listed in * name & address book |
        not listed in domino | not listed in public name | not our customer |
        recipient * does not exist | recipient address rejected: access denied |
        recipient address was undeliverable | recipient does not exist | recipient doesn't exist |
        recipient invalid | recipient is not | recipient name is not recognized |
        recipient no longer | recipient not accepted | recipient not exist | recipient not found |
        recipient not known | recipient not ok | recipient not valid |
        recipient refuses to accept your mail | recipient rejected | recipient unknown |
        recipient verify failed | recipients are unknown | recipnotfound | resolver.adr.badprimary |
        resolver.adr.invalidinternet | resolver.adr.recipientnotfound | spoken here: no such |
        there is no one at this address | this address is no longer |
        this email address is wrong or no longer valid | undeliverable address | unknown account |
        unknown address | unknown alias | unknown destination address | unknown e-mail |
        unknown email | unknown local | unknown login | unknown mailbox | unknown name |
        unknown or illegal alias | unknown rcpt | unknown recipient | unknown user |
        unverified address | user * does not exist | user * doesn't exist | user * not found |
        user * unknown | user does not exist | user doesn't exist | user doesn't have |
        user email address is marked as invalid | user invalid | user missing | user no longer |
        user not exist | user not found | user not known | user not listed | user not on this |
        user not recognized | user reject | user unknown | user's unknown | user-unknown |
        usuario desconocido | weil die adresse nicht
        """
    ),
    R.FILTERED: _phrases(
        """
        bounced address | due to extended inactivity new mail | has a restriction | has restricted |
        message filtered | not found recipient account | recipient id refuse to receive mail |
        recipient is only accepting mail | recipient refused | refused by * user |
        refused due to recipient preferences | rejected due to user rules |
        resolver.rst.authrequired | resolver.rst.notauthorized | resolver.rst.restricted |
        sender denied by recipient | user refuses | user rejects mail |
        we failed to deliver mail because the following address recipient id refuse |
        you are not allowed to send to | you have been blocked by the recipient
        """
    ),
    R.REQUIREPTR: _phrases(
        """
        cannot find your hostname | cannot resolve your address | client host * cannot find |
        client host must have | client host rejected: cannot find | domain does not match * ip |
        forged | forward-confirmed | host must have a | hostname lookup failed |
        ip address * does not resolve | ip name lookup failed | mismatches client ip | missing dns |
        name server has no * ip address | no matches to nameserver query | no reverse | ptr | rdns |
        reverse dns | reverse host | reverse lookup | reverse name | reverse-dns |
        unresolvable relay host name | unverifyable sending ip | your ip address does not resolve
        """
    ),
    R.NOTCOMPLIANTRFC: _phrases(
        """
        bare lf | bare newline | does not comply with rfc | duplicate header | header * invalid |
        header * missing | headers are not | message-id is not | messages missing | missing 'date' |
        missing from | missing required header | multiple from | non-compliant | not compliant |
        not conform | not rfc | rfc 1035 | rfc 2822 | rfc 5322 | rfc 822 | rfc2822 | rfc5322
        """
    ),
    R.BADREPUTATION: _phrases(
        """
        reputation | sender score | senderbase | senderscore
        """
    ),
    R.CONTENTERROR: _phrases(
        """
        attachment * not accepted | attachment * not allowed | attachment type | charset * not |
        content * not allowed | content encoding | executable files | improper use of 8-bit |
        invalid mime | malformed mime | message header * size | message mime complexity | mime error |
        mime type | routing loop detected -- too many received |
        the message was rejected because it contains prohibited |
        this message contain improperly-formatted |
        this message contain text that uses unnecessary base64 | too many received: headers |
        we do not accept mail containing
        """
    ),
    R.REJECTED: _phrases(
        """
        a remote mail server rejected your mail | access denied (in reply to mail from |
        access denied by sender | address rejected: sender | administrative prohibition |
        backscatter | bad sender | batv | because you are not | by this sender |
        can't determine purported responsible | cannot verify sender | denied [bouncedeny] |
        denied by secumail | does not accept * sender | domain does not exist: * sender |
        domain is not allowed to send | domain of sender address | emetteur invalide |
        empty email senders | empty envelope senders | envelope sender * rejected |
        error: no third-party | from address * not | from: domain is invalid |
        fully qualified email address required | fully-qualified sender | invalid domain, see |
        invalid return path | invalid sender | is not a registered gateway user |
        mail from * not owned | mail from * rejected | mail from not owned by user |
        message rejected: email address is not verified | must have a valid * sender |
        mx records for | not a member | not allowed from this | not have permission |
        not member article | only members | permission to post |
        recipient addresses rejected : access denied | rejecting bounce |
        returned mail not accepted here | rule imposed mailbox access for | sender address * not |
        sender address * reject | sender address is not | sender address rejected |
        sender address verif | sender blocked | sender domain | sender email address * rejected |
        sender is not | sender is spammer | sender not allowed | sender not authorized |
        sender not pre-approved | sender refused | sender rejected | sender unknown | sender verif |
        sender's email | server does not accept mail from | spam reporting address |
        system is not configured to accept mail from | the from address |
        transaction failed unsigned dsn for | unable to verify sender | unknown sender |
        unresolvable sender | you are not member |
        you are sending to/from an address that has been blacklisted |
        your access to submit messages | your email address has been blacklisted |
        your email is considered spam (matching rule | your sender
        """
    ),
    R.HOSTUNKNOWN: _phrases(
        """
        bad host | couldn't find any host | domain * does not exist | domain * not found |
        domain does not exist | domain is not reachable |
        domain mentioned in email address is unknown | domain must exist | domain name not found |
        domain not found | domain unknown | has no dns records |
        host lookup did not complete: not found | host name * not found | host name is unknown |
        host not found | host unknown | hostname is unknown | illegal host/domain | invalid domain |
        invalid host | name or service not known | no such domain | no such host |
        non-existent domain | non-existent host | nonexistent domain | nxdomain |
        remote domain doesn't exist | remote domain doesnt exist | smtpsend.dns.nonexistentdomain |
        the account or domain may not exist | unable to resolve | unknown domain | unknown host |
        unroutable address | unroutable domain | unrouteable address | unrouteable domain |
        unrouteable mail domain
        """
    ),
    R.SPAMDETECTED: _phrases(
        """
        appears to be * abus | blacklisted url in message | bulk email | bulk mail |
        considered unwanted | content * violates | high probability of | junk mail |
        likely suspicious | mail contains a bad url | mail rejected by * policy * content |
        message * contained * url listed | message contains * forbidden | message content * rejected |
        message content rejected | message could not be delivered: content |
        message refused by mailmarshal | message rejected as | message rejected by content |
        message rejected due to local policy | our filters rate at and above |
        our system has detected that this message is likely | phish | reject bulk |
        rejected because of * content | rejected by * filter | rejected by filter |
        rejected due to content | rejected: by content filter | restricted content | score * exceed |
        spam | surbl | ube, id= | unacceptable mail | unsolicited | uribl |
        your message has been * blocked by * filter
        """
    ),
    R.SPEEDING: _phrases(
        """
        at a rate that prevents | limit on the rate |
        mail sent from your ip address has been temporarily | please try again slower | rate limit |
        rate-limit | ratelimit | receiving mail at a rate | slow down | too fast | too quickly
        """
    ),
    R.TOOMANYCONN: _phrases(
        """
        concurrent connection | connection limit | connection rate | connections limit |
        domain * has exceeded the max emails per hour | exceeded the maximum number of connections |
        exceeds the maximum number of connection | frequency limited | has exceeded * connection |
        limit exceeded * recipients | max number of * connections | maximum number of recipients |
        reaching a maximum number of | throttling | too many concurrent | too many connections |
        too many errors from | too many incoming | too many messages | too many recipients |
        too many sessions | too many smtp | too many users | too much mail | trop de connexions |
        we have already made numerous attempts | your domain has exceeded
        """
    ),
    R.BLOCKED: _phrases(
        """
        a problem occurred. (ask your postmaster | access denied. ip | access from ip |
        added to * block | bad helo | banned | black list | blacklist | block list | blocked - |
        blocked by | blocked due to | blocked for | blocked from | blocked using | blocked, look |
        blocked. | blocked: | blocked; | blocklist | bogus helo | client * not allowed |
        client host blocked | client host rejected | client rejected | confirm this mail server |
        connect * refused by | connection dropped | connection refused by | connection reset by peer |
        connection was dropped by remote | connections from * blocked | connections from the host |
        connections will not be accepted from | currently sending spam, see | denied access | dnsbl |
        dont accept mails from | dynamic ip | dynamic/zombied | email blocked |
        error: no valid recipients from | esmtp not accepting connections | gray list | graylist |
        greylist | helo * invalid | helo * rejected | helo command rejected | helo name |
        helo string | invalid helo | invalid ip for sending | ip * denied | ip * listed |
        ip address * block | ip address * not permitted | ip address * reject | is blocked |
        is not allowed to connect | listed at | listed in | listed on | mail server * refused |
        messages from * weren't sent | mx of sender | my name was rejected |
        no access from mail server | on a list of | open proxy | open relay |
        part of their network is on our block | please get a custom reverse |
        please use * smtp server | policy: ip | rbl | refused connection from |
        refused to accept your connection | refused to talk to me | rejected because the sending mta |
        sender ip | sending ip | service refuse | smtp server * rejected | sorbs | spamcop |
        spamhaus | temporarily blocked | temporarily deferred |
        the email is sent from a event callback | this system will not accept messages from servers |
        unresolvable relay | unusual amount of mail | veuillez essayer plus tard |
        we do not accept mail from | you are not allowed to connect | you are not welcome |
        your access ip | your host | your ip | your mail server | your network | your server
        """
    ),
    R.VIRUSDETECTED: _phrases(
        """
        contains an executable | infected | malware | trojan | virus | worm
        """
    ),
    R.POLICYVIOLATION: _phrases(
        """
        an illegal attachment | because the recipient is not accepting mail with |
        closed mailing list | content presents a potential | disallowed attachment |
        email not accepted for | email rejected due to | forbidden attachment |
        message bounced due to organizational settings | message given low priority |
        message not accepted | message not allowed | message rejected |
        message was rejected by organization | not acceptable | policies | policy |
        potentially executable | prohibited | protocol violation |
        the email address used to send your email is not subscribed | undesirable content
        """
    ),
    R.SYSTEMERROR: _phrases(
        """
        aliasing/forwarding loop | can't create user output file | cannot send e-mail to yourself |
        cname lookup failed | configuration error | could not complete sender verify |
        could not load drd for domain | delivery temporarily suspended | duplicated message-id |
        error in processing | error while processing | family state alert | interface error |
        internal error | internal failure | internal software error | it is not configured to accept |
        ldap server | list of * is empty | local delivery failed | loop alert | loop back to myself |
        loop back warning | loop was found | loops back to | mail for * loops back |
        mail forwarding loop | mail loop | maximum forwarding loop | message looping |
        queue file write error | recipient deferred because there is no mdb |
        remote server is misconfigured | resolver.adr.ambiguous | server error |
        service currently unavailable | service not available | service unavailable |
        several matches found | system config error | system error | system failure | system is busy |
        temporarily unavailable | temporary local problem | timeout waiting for input |
        too many hops | transaction failed | unable to accept message | unable to contact ldap |
        unable to deliver message after multiple retries | unexpected | unix from loop |
        unknown error
        """
    ),
    R.NETWORKERROR: _phrases(
        """
        address * unroutable | address is unroutable | bind failed | cannot find a destination |
        connection aborted | connection closed | connection failed | connection lost |
        connection refused | connection reset | could not connect | could not contact dns |
        couldn't connect | dns * error | dns forwarding loop | dns lookup |
        dns records for the destination computer could not be found | dns server returned | dns type |
        dnssec | domain lookup failed | error getting | establish an smtp connection |
        failed to connect | hop count exceeded | host * not reachable | host name lookup failure |
        host not responding | hostname resolution | mail server * not responding |
        malformed name server reply | maximum hop count | maximum number of hops |
        message was looping | network error | no address associated | no relevant answers |
        no route to host | no smtp server | suspected mail loop |
        the recipient server did not accept our requests to connect | too many "received" headers |
        too many hops | trouble resolving | unable to connect | unable to initiate | unreachable
        """
    ),
    R.SYSTEMFULL: _phrases(
        """
        disk * is full | disk full | exceeded storage allocation | file system full |
        file-system full | insufficient disk space | insufficient system resources |
        insufficient system storage | mail system full | no space left on device |
        not enough * disk space on | out of disk | space shortage
        """
    ),
    R.NOTACCEPT: _phrases(
        """
        couldn't find a mail exchanger | does not accept any | does not accept email |
        does not accept mail | does not like us | does not receive | doesn't accept mail |
        doesn't receive email | indicated no smtp service | invalid mx | mail receiving disabled |
        mx points to | name server: .: host not found | no host found for domain | no mail exchanger |
        no mailservers | no mx | no valid * mx | not accept any mail | null mx | nullmx |
        smtp protocol violation | we do not accept mail
        """
    ),
    R.EXPIRED: _phrases(
        """
        could not be delivered for | could not find a gateway | couldn't be delivered for |
        delivery attempts will continue | delivery expired | delivery failed * attempts |
        delivery failed after | delivery period expired | delivery time expired |
        did not accept our requests to connect | envelope expired | expiring |
        failed to deliver to domain | gave up | has been delayed | has expired |
        has not been delivered | have been failing for a long time | host not reachable |
        i'm not going to try again | in the queue too long | it has not been collected after |
        maximum time | message could not be delivered within | message expired | no longer try |
        not been able to deliver | not delivered within | not responding | queue expired |
        queue.expired | retry time not reached | server did not respond |
        this mail message has been in | time out | time-out | timed out | timeout |
        undelivered after | was not reachable within | within the allowed
        """
    ),
    R.FAILEDSTARTTLS: _phrases(
        """
        certificate not trusted | certificate verif | server certificate | starttls | tls handshake |
        tls is required | tls negotiation | tls required
        """
    ),
    R.SECURITYERROR: _phrases(
        """
        access denied | account not subscribed to ses | authentication credentials invalid |
        authentication failed | authentication failure | authentication is required |
        authentication required | authentication turned on | codes d'authentification | executable |
        insecure | invalid credentials | login | not authenticated | not authorised | not authorized |
        password | permission denied | relay is not | security | sorry, you don't authenticate |
        unauthenticated | unauthorized access | username | verification failure
        """
    ),
    R.SYNTAXERROR: _phrases(
        """
        bad sequence of commands | command not implemented | command not recognized |
        command out of sequence | command unrecognized | improper command | syntax error |
        unimplemented command | unrecognized command
        """
    ),
    R.MAILERERROR: _phrases(
        """
        /bin/ | bin/mail | command died | command failed | command time limit exceeded | exit code |
        exit status | exited with | local delivery agent | mailer error | pipe to | procmail |
        prog mailer | return code | user defined | vacation program
        """
    ),
}
