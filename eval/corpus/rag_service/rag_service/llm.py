"""Client of the completion server."""

import time

import httpx
import requests

from rag_service.settings import Settings


class ModelError(RuntimeError):
    """The completion server answered with an error, or not at all."""


class ModelBusy(ModelError):
    """The completion server asks to be called again later."""


class ModelClient:
    """Talks to the completion server."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._http = httpx.AsyncClient(
            base_url=settings.model_url, timeout=settings.request_timeout
        )

    async def complete(self, prompt: str) -> str:
        """Return the model's completion of the prompt."""
        headers = {"Authorization": f"Bearer {self._settings.api_key}"}
        response = await self._http.post(
            "/v1/completions", json={"prompt": prompt}, headers=headers
        )
        if response.status_code == 503:
            raise ModelBusy("the model is busy")
        if response.is_error:
            raise ModelError(f"the model answered {response.status_code}")
        return response.json()["text"]

    async def available_models(self) -> list[str]:
        """Return the names of the models the server has loaded."""
        url = f"{self._settings.model_url}/v1/models"
        try:
            response = requests.get(url, timeout=self._settings.request_timeout)
            response.raise_for_status()
        except requests.RequestException as error:
            raise ModelError("the list of models could not be read") from error
        return [model["id"] for model in response.json()["data"]]

    async def wait_until_ready(self, timeout: float) -> int:
        """Poll the server's health until it is up; return the number of polls."""
        deadline = time.monotonic() + timeout
        polls = 1
        while not await self._healthy():
            if time.monotonic() >= deadline:
                raise ModelError(f"the model was not ready after {timeout:g} s")
            time.sleep(self._settings.backoff)
            polls += 1
        return polls

    async def _healthy(self) -> bool:
        try:
            response = await self._http.get("/health")
        except httpx.TransportError:
            return False
        return response.is_success

    async def aclose(self) -> None:
        await self._http.aclose()
