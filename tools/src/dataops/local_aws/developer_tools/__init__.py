"""CodeCommit, CodeBuild, CodePipeline and connections, implemented here because moto supports almost none of them."""
