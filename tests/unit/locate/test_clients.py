"""Clients that a library makes by name."""

import pytest

CASES = {
    "clients of AWS services": """
        import boto3

        class Layer:
            def __init__(self, client=None):
                self.client = client or boto3.client("dynamodb")

            async def f(self, name):
                self.client.get_item(Key={})  #! botocore.client.DynamoDB.get_item
                self.client.close()

        store = boto3.Session().client(service_name="s3")

        async def f(name, runtime):
            store.put_object(Bucket="b")  #! botocore.client.S3.put_object
            model = boto3.client("bedrock-runtime")  #! boto3.client
            model.invoke_model()  #! botocore.client.BedrockRuntime.invoke_model
            other = boto3.client(name)  #! boto3.client
            other.call()  #! botocore.client.BaseClient.call
            runtime.invoke_model()
    """,
    "clients of AWS services by the names of type stubs": """
        from __future__ import annotations
        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            from mypy_boto3_dynamodb import DynamoDBClient
            from types_boto3_s3.client import S3Client

        async def f(table: DynamoDBClient | None, store: S3Client):
            table.get_item(Key={})  #! botocore.client.DynamoDB.get_item
            table.get_paginator("scan")
            store.put_object(Bucket="b")  #! botocore.client.S3.put_object
    """,
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_client_has_the_name_of_its_service(text: str, check) -> None:
    check(text)
