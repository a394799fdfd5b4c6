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
    "bodies and collections that are read from the service": """
        import boto3
        import multiprocessing
        import subprocess
        from git import Repo
        class Store:
            def __init__(self):
                session = boto3.Session()
                self.client = session.client("s3")
                self.resource = session.resource("s3")
            async def go(self):
                response = self.client.get_object()  #! botocore.client.S3.get_object
                response["body"].read()  #! botocore.response.StreamingBody.read
                objects = self.resource.Bucket("a").objects
                for item in objects.all():  #! boto3.resources.collection.CollectionManager.all
                    print(item)
        async def pulled(repo: Repo):
            repo.remotes.origin.pull()  #! git.Remote.pull
        async def waited():
            queue = multiprocessing.get_context("spawn").Queue()
            queue.get()  #! multiprocessing.queues.Queue.get
            process = subprocess.Popen(["a"], stdout=-1)  #! subprocess.Popen
            for line in process.stdout:  #! io.BufferedReader.__next__
                print(line)
    """,
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_client_has_the_name_of_its_service(text: str, check) -> None:
    check(text)
