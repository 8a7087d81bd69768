"""What checkov and cdk-nag's HIPAA pack find in the template and stays so, each with its reason.

An entry that nothing needs any more fails the check, as a finding without an entry does.
"""

from tests.template_check.findings import Accepted

_HIPAA = "HIPAA.Security-"
FUNCTION = "AWS::Lambda::Function"

ACCEPTED = (
    Accepted(
        ("CKV_AWS_117", f"{_HIPAA}LambdaInsideVPC"),
        "There is no private network to be in: table, buckets, queues and secrets are reached by "
        "IAM over TLS, and a network's gateways would cost more than the rest of a small stack. "
        "The model's provider and the receivers of webhooks are on the public network anyway.",
        kind=FUNCTION,
    ),
    Accepted(
        ("CKV_AWS_116", f"{_HIPAA}LambdaDLQ"),
        "It is asked for asynchronous invocations. Routes are invoked synchronously; the queues "
        "and the stream have dead letters of their own; a sweep that failed is made good by the "
        "next minute's, and an alarm tells.",
        kind=FUNCTION,
    ),
    Accepted(
        ("CKV_AWS_115", f"{_HIPAA}LambdaConcurrency"),
        "Reserved concurrency takes from every other function of the account, and an account of "
        "ten has none to give. The API's stage throttles requests, the queues' event sources have "
        "a MaximumConcurrency, the stream one invocation a shard; the sweeper's is reserved by a "
        "parameter.",
        kind=FUNCTION,
    ),
    Accepted(
        ("CKV_AWS_173",),
        "Lambda encrypts variables with its own key, and these hold names, ARNs and settings: "
        "both secrets, the cursors' and the model's key, are read from Secrets Manager when they "
        "are needed. A key of ours would be one more call of every cold start.",
        kind=FUNCTION,
    ),
    Accepted(
        ("CKV_AWS_27",),
        "The rule knows keys of KMS only. The queues are encrypted by SQS (SqsManagedSseEnabled) "
        "and a message holds ids and nothing else.",
        kind="AWS::SQS::Queue",
    ),
    Accepted(
        ("CKV_AWS_18",),
        "These are the buckets that access logs are written to; logging their own use would write "
        "a line about every line.",
        named=("AccessLogs", "ConsoleLogs"),
    ),
    Accepted(
        (f"{_HIPAA}S3DefaultEncryptionKMS",),
        "S3's and CloudFront's logs are delivered under S3's own key, and the console's files are "
        "public: all are encrypted with AES-256. Patients' data has the stack's key.",
        named=("AccessLogs", "ConsoleLogs", "ConsoleBucket"),
    ),
    Accepted(
        (f"{_HIPAA}S3BucketReplicationEnabled",),
        "A second region is the account owner's to choose, and may not be where the data may go. "
        "All buckets are versioned.",
        kind="AWS::S3::Bucket",
    ),
    Accepted(
        (f"{_HIPAA}DynamoDBInBackupPlan",),
        "Both tables have point-in-time recovery of 35 days. A backup plan is an account's, and "
        "would keep a patient's data longer than an erasure's receipt says.",
        named=("Table", "AuditTable"),
    ),
    Accepted(
        (f"{_HIPAA}SecretsManagerRotationEnabled",),
        "It signs the cursors of lists and opens nothing. A rotation would end every list that "
        "somebody is reading, and functions keep what they read until they end.",
        named=("CursorSecret",),
    ),
    Accepted(
        (f"{_HIPAA}IAMNoInlinePolicy",),
        "Policies of one role alone, which must end with it: what only this function may do, "
        "beside the shared policies. SAM writes the schedule's and the stream's itself.",
        named=(
            "BulkWorkerRole",
            "SenderRole",
            "WorkerRole",
            "EraserRole",
            "ListenerRole",
            "SweeperEveryMinuteRole",
        ),
    ),
    Accepted(
        ("CKV_AWS_68",),
        "Static files out of a private bucket: there is no request that a firewall would refuse, "
        "and the API is not behind this distribution.",
        named=("ConsoleDistribution",),
    ),
    Accepted(
        ("CKV_AWS_174",),
        "CloudFront's own certificate comes with its own minimum. With ConsoleDomain and its "
        "certificate the distribution asks for TLS 1.2; the rule does not see into the condition.",
        named=("ConsoleDistribution",),
    ),
)
