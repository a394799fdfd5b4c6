"""The steps of a run, one file per stretch of the graph; none of them knows LangGraph."""
