"""The HTTP API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from pydantic import BaseModel

from tool_agent.agent import Agent, TooManySteps
from tool_agent.memory import Memory
from tool_agent.model import Model, ModelUnavailable
from tool_agent.settings import Settings


class Question(BaseModel):
    conversation: str
    text: str


class Note(BaseModel):
    topic: str
    text: str


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings = Settings.from_env()
    settings.notes_dir.mkdir(parents=True, exist_ok=True)
    settings.memory_dir.mkdir(parents=True, exist_ok=True)
    app.state.agent = Agent(settings, Model(settings), Memory(settings.memory_dir))
    yield


app = FastAPI(lifespan=lifespan)


@app.post("/ask")
async def ask(question: Question, request: Request) -> dict[str, Any]:
    agent: Agent = request.app.state.agent
    try:
        answer = await agent.ask(question.conversation, question.text)
    except ModelUnavailable as error:
        raise HTTPException(503, str(error)) from error
    except TooManySteps as error:
        raise HTTPException(508, str(error)) from error
    return {"text": answer.text, "steps": answer.steps, "tools": answer.tools}


@app.get("/conversations/{conversation}")
async def conversation(conversation: str, request: Request) -> list[dict[str, Any]]:
    agent: Agent = request.app.state.agent
    return await agent.memory.recall(conversation)


@app.put("/notes")
async def put_note(note: Note, request: Request) -> dict[str, int]:
    agent: Agent = request.app.state.agent
    path = agent.settings.notes_dir / f"{note.topic}.txt"
    path.write_text(note.text, encoding="utf-8")
    return {"characters": len(note.text)}
