"""Clients of AWS services, named as botocore names the classes it makes for them."""

from __future__ import annotations

import re

from refactor_agent.locate.resolve.values import Instance, Values
from refactor_agent.locate.summary import CallFacts

__all__ = ["client_name", "known_name", "service_client"]

_BASE = "botocore.client.BaseClient"
_HOME = "botocore.client."
_MOST_OF_AN_ACRONYM = 3

_IRREGULAR = {
    name.lower(): name
    for name in (
        "ApiGatewayManagementApi", "ApiGatewayV2", "AppConfigData", "AppSync", "AutoScaling",
        "CloudControl", "CloudFormation", "CloudFront", "CloudTrail", "CloudWatch", "CodeBuild",
        "CodeCommit", "CodeDeploy", "CodePipeline", "ComprehendMedical", "DataSync", "DataZone",
        "DocDB", "DynamoDB", "DynamoDBStreams", "EMRServerless", "ElastiCache", "FSx", "GuardDuty",
        "HealthLake", "IoT", "KafkaConnect", "KinesisVideo", "LakeFormation", "MTurk",
        "MachineLearning", "MediaConvert", "MemoryDB", "NeptuneData", "QBusiness", "QuickSight",
        "S3Control", "S3Tables", "S3Vectors", "SESV2", "SageMaker", "SecretsManager",
        "SecurityHub", "ServiceCatalog", "ServiceDiscovery", "StorageGateway",
        "VerifiedPermissions", "WAFV2", "WorkMail", "XRay",
    )
} | {
    "apigateway": "APIGateway", "ce": "CostExplorer", "config": "ConfigService",
    "bedrock-agent": "AgentsforBedrock", "bedrock-agent-runtime": "AgentsforBedrockRuntime",
    "bedrock-agentcore": "BedrockAgentCore", "cognito-idp": "CognitoIdentityProvider",
    "dms": "DatabaseMigrationService", "ds": "DirectoryService", "elb": "ElasticLoadBalancing",
    "elbv2": "ElasticLoadBalancingv2", "es": "ElasticsearchService", "events": "EventBridge",
    "iot-data": "IoTDataPlane", "kendra": "kendra", "lex-runtime": "LexRuntimeService",
    "lexv2-runtime": "LexRuntimeV2", "logs": "CloudWatchLogs", "opensearch": "OpenSearchService",
    "opensearchserverless": "OpenSearchServiceServerless", "rds-data": "RDSDataService",
    "redshift-data": "RedshiftDataAPIService", "scheduler": "EventBridgeScheduler",
    "sagemaker-runtime": "SageMakerRuntime", "stepfunctions": "SFN",
    "transcribe": "TranscribeService",
}  # fmt: skip
"""Names that do not follow from the id; from the service models that botocore 1.4x ships."""


def service_client(found: Values, call: CallFacts) -> Values:
    """Give the client of the service that ``call`` names: ``boto3.client("dynamodb")``."""
    base = Instance(_BASE)
    if base not in found:
        return found
    term = dict(call.keywords).get("service_name", call.args[0] if call.args else None)
    service = term[1] if term is not None and term[0] == "#" else None
    if not isinstance(service, str) or not service:
        return found
    client = Instance(_HOME + _class_name(service))
    return tuple(client if value == base else value for value in found)


def _class_name(service: str) -> str:
    parts = service.split("-")
    return _IRREGULAR.get(service) or "".join(
        part.upper() if len(part) <= _MOST_OF_AN_ACRONYM else part.capitalize() for part in parts
    )


def client_name(qualified: str) -> str:
    """Give the name that botocore has for a client that type stubs name in their own way."""
    match = _STUBS.match(qualified) if "_boto3_" in qualified else None
    return f"{_HOME}{match['service']}{qualified[match.end() :]}" if match else qualified


_STUBS = re.compile(r"(mypy|types)_boto3_\w+(\.client)?\.(?P<service>\w+)Client(?!\w)")


def known_name(qualified: str) -> str:
    """Give the name under which the rules know a client's method: that of the base class."""
    qualified = client_name(qualified)
    if not qualified.startswith(_HOME):
        return qualified
    _, _, rest = qualified[len(_HOME) :].partition(".")
    return f"{_BASE}.{rest}" if rest else _BASE
