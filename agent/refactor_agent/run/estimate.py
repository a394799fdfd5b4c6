"""What a run would ask models, and what that would cost: nothing is asked and nothing written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from refactor_agent.domain.plan import ChangeSet, Refusal
from refactor_agent.domain.values import Value
from refactor_agent.llm import Ground, ModelConfig, Policy, Prompts, make_request
from refactor_agent.llm.budget import estimated_tokens
from refactor_agent.llm.exchange import Exchange
from refactor_agent.llm.propose import next_question
from refactor_agent.llm.question import question_of
from refactor_agent.llm.redaction import Vault
from refactor_agent.project import find_interpreter, open_project
from refactor_agent.run.directory import RunDirectory
from refactor_agent.run.options import RunOptions
from refactor_agent.run.prompts import prompts_for
from refactor_agent.run.proposer import ground_for
from refactor_agent.run.rules import rules_for
from refactor_agent.run.services import locate_tree
from refactor_agent.run.settling import settled_plan
from refactor_agent.store import Store
from refactor_agent.tree import Tree

__all__ = ["Estimate", "Question", "Worst", "estimate", "estimate_text"]


class Question(Value):
    """The first prompt for one change set."""

    change_set: str
    certain: bool
    """Rules can't do it. Otherwise it is asked only if the gate turns down what rules make."""
    prompt_tokens: int
    completion_tokens: int
    """As long as the functions are now."""
    cost: float | None = None
    known: bool = False
    """The answer is in the cache, so it is free."""
    problem: str = ""
    """Why it can't be asked."""


class Worst(Value):
    """What one model is asked if nothing that it answers is ever good enough."""

    model: str
    calls: int
    cost: float | None = None


class Estimate(Value):
    """All first prompts of a run, and the most that it can come to."""

    change_sets: int
    model: str | None
    questions: tuple[Question, ...] = ()
    worst: tuple[Worst, ...] = ()
    """By model, in the order in which they are asked."""

    @property
    def calls_at_most(self) -> int:
        """For each question: what can't be read, what the gate turns down, samples, reviews."""
        return sum(model.calls for model in self.worst)


def estimate(path: Path, options: RunOptions) -> Estimate:
    """Estimate the run of the project at ``path``; raises `UsageError` as a run would."""
    project = open_project(path)
    rulebook = rules_for(project, options.rules)
    tree = Tree(project.root)
    located = locate_tree(project, rulebook, tree)
    plan, _ = settled_plan(located, rulebook, project)
    if options.model is None:
        return Estimate(change_sets=len(plan.change_sets), model=None)
    interpreter = find_interpreter(project.root, project.config, options.python)
    ground = ground_for(located, tree, rulebook, interpreter)
    prompts = prompts_for(project)
    answers = Store(RunDirectory(project.root, "").project_state / "store")
    asked = [found for found in plan.change_sets if found.model_may_try]
    questions = [_question(found, ground, prompts, options.model, answers) for found in asked]
    return Estimate(
        change_sets=len(plan.change_sets),
        model=options.model.model,
        questions=tuple(questions),
        worst=tuple(_worst(options, questions)),
    )


def _worst(options: RunOptions, questions: Sequence[Question]) -> list[Worst]:
    """Count what each model is asked when all that it answers fails; the last one reviews."""
    models = [model for model in (options.model, *options.escalate) if model is not None]
    open_ones = [one for one in questions if not one.problem and not one.known]
    each = (1 + Policy().repairs) * (1 + options.rounds) * (1 + options.samples)
    made = []
    for model in models:
        reviews = 2 if options.review != "none" and model is models[-1] else 0
        costs = [model.cost(one.prompt_tokens, one.completion_tokens) for one in open_ones]
        known = [cost * (each + reviews) for cost in costs if cost is not None]
        made.append(
            Worst(
                model=model.model,
                calls=(each + reviews) * len(open_ones),
                cost=sum(known) if len(known) == len(costs) else None,
            )
        )
    return made


def _question(
    change_set: ChangeSet, ground: Ground, prompts: Prompts, config: ModelConfig, answers: Store
) -> Question:
    certain = not change_set.attempts
    request = make_request(change_set, ground)
    if isinstance(request, Refusal):
        return Question(
            change_set=change_set.id,
            certain=certain,
            prompt_tokens=0,
            completion_tokens=0,
            problem=request.message,
        )
    vault = Vault(*(part.code for part in request.functions))
    policy = Policy(prompt_tokens=config.prompt_tokens)
    fitted = next_question(request, prompts, vault, policy=policy)
    asked = estimated_tokens(fitted.prompt.size)
    answered = estimated_tokens(sum(len(part.code) for part in request.functions))
    known = answers.recall(question_of(config, fitted.prompt), Exchange) is not None
    return Question(
        change_set=change_set.id,
        certain=certain,
        prompt_tokens=asked,
        completion_tokens=answered,
        cost=0.0 if known else config.cost(asked, answered),
        known=known,
        problem="" if fitted.fits else "the prompt is too long",
    )


def estimate_text(estimate: Estimate) -> str:
    """Say for people what a run would ask."""
    lines = [f"{estimate.change_sets} change sets; nothing was converted, asked or written"]
    if estimate.model is None:
        return f"{lines[0]}\nno model is to be asked: give one with --model\n"
    lines += [_line(question) for question in estimate.questions]
    good = [one for one in estimate.questions if not one.problem and not one.known]
    for certain, what in ((True, "certain"), (False, "only if what rules make fails")):
        lines.append(_sum([one for one in good if one.certain == certain], what))
    known = [one for one in estimate.questions if one.known]
    lines.append(f"in the cache, for nothing: {len(known)} prompts")
    lines += [_most(model) for model in estimate.worst]
    lines.append(
        "tokens are estimated at 4 characters each, and an answer is taken to be as long as the"
        " functions are; repairs say more than the first prompt does"
    )
    return "\n".join(lines) + "\n"


def _line(question: Question) -> str:
    if question.problem:
        return f"{question.change_set}: can't be asked: {question.problem}"
    when = ", in the cache" if question.known else "" if question.certain else ", if rules fail"
    tokens = f"{question.prompt_tokens} tokens of prompt, {question.completion_tokens} of answer"
    return f"{question.change_set}: {tokens}{when}"


def _sum(questions: list[Question], what: str) -> str:
    asked = sum(question.prompt_tokens for question in questions)
    answered = sum(question.completion_tokens for question in questions)
    costs = [question.cost for question in questions if question.cost is not None]
    price = f", cost {sum(costs):.4f}" if len(costs) == len(questions) and costs else ""
    unknown = ", no price in [tool.refactor-agent] prices" if questions and not costs else ""
    return (
        f"{what}: {len(questions)} prompts, {asked} tokens of prompt,"
        f" {answered} of answer{price}{unknown}"
    )


def _most(model: Worst) -> str:
    price = f", cost {model.cost:.4f}" if model.cost is not None else ""
    return (
        f"at most, with repairs, samples and reviews: {model.calls} calls of {model.model}{price}"
    )
